/** The list of keys, as this platform writes them, to be searched. It must not know what the keys do. */

import { open } from './dialog.js';
import { el, fillWith, iconButton } from './html.js';
import { t } from './i18n.js';

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** @type {Record<string, string>} */
const NAMES = MAC ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', Enter: '⏎' } : { Mod: 'Ctrl' };
/** @type {Record<string, string>} */
const SIGNS = { Up: '↑', Down: '↓' };

/** By group: what is done, and each way of doing it. */
const KEYS = /** @type {[string, [string, string[]][]][]} */ ([
  [
    'anywhere',
    [
      ['switcher', ['Mod+K']],
      ['help', ['Mod+/', '?']],
      ['rooms', ['Alt+Up', 'Alt+Down']],
      ['unread', ['Alt+Shift+Up', 'Alt+Shift+Down']],
      ['regions', ['F6', 'Shift+F6']],
      ['back', ['Esc']],
    ],
  ],
  [
    'writing',
    [
      ['send', ['Enter', 'Mod+Enter']],
      ['newline', ['Shift+Enter']],
      ['edit_last', ['Up']],
      ['last', ['Shift+Up']],
      ['bold', ['Mod+B']],
      ['italic', ['Mod+I']],
      ['strike', ['Mod+Shift+X']],
      ['code', ['Mod+E']],
      ['block', ['Mod+Shift+C']],
    ],
  ],
  [
    'message',
    [
      ['walk', ['Up', 'Down']],
      ['ends', ['Home', 'End']],
      ['menu', ['Enter']],
      ['reply', ['R']],
      ['edit', ['E']],
      ['react', ['+']],
      ['copy', ['C']],
      ['mark_unread', ['U']],
      ['delete', ['Del']],
    ],
  ],
]);

export function showKeys() {
  if (document.querySelector('dialog.keyhelp')) return;
  const label = t('keys.title');
  const search = el('input', {
    type: 'text',
    class: 'keys-search',
    'aria-label': t('keys.search'),
    placeholder: t('keys.search'),
    autocomplete: 'off',
    autofocus: true,
    dir: 'auto',
  });
  const list = el('div', { class: 'keys', role: 'region', 'aria-label': label, tabindex: 0 });
  const close = iconButton('close', t('close'), () => dialog.close());
  const head = el('header', { class: 'top' }, el('h2', {}, label), close);
  const dialog = open(el('div', { class: 'panel' }, head, search, list), 'keyhelp', label);
  const draw = () => fillWith(list, ...found(search.value));
  search.addEventListener('input', draw);
  draw();
}

/** @param {string} typed */
function found(typed) {
  const wanted = typed.trim().toLowerCase();
  const groups = KEYS.map(([group, keys]) => ({ group, keys: keys.filter((key) => answers(key, wanted)) }));
  const shown = groups.filter(({ keys }) => keys.length);
  if (!shown.length) return [el('p', { class: 'hint', role: 'status' }, t('keys.none'))];
  return shown.map(({ group, keys }) =>
    el('section', {}, el('h3', { class: 'sec' }, t(`keys.${group}`)), el('dl', {}, ...keys.map(row))),
  );
}

/**
 * @param {[string, string[]]} key
 * @param {string} wanted
 */
function answers([id, ways], wanted) {
  const said = [t(`key.${id}`), ...ways.flatMap((way) => [way, pressed(way).join('+')])].join(' ').toLowerCase();
  return said.includes(wanted);
}

/** @param {[string, string[]]} key */
function row([id, ways]) {
  const keys = ways.map((way) => el('span', { class: 'way' }, ...pressed(way).map((name) => el('kbd', {}, name))));
  return el('div', {}, el('dt', {}, t(`key.${id}`)), el('dd', {}, ...keys));
}

/** @param {string} way */
function pressed(way) {
  return way.split(/(?<=.)\+/).map((name) => NAMES[name] ?? SIGNS[name] ?? name);
}
