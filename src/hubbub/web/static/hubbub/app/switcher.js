/** Jump to a room by a few letters: recent and unread first, in either alphabet or keyboard layout. */

import { open } from './dialog.js';
import { el, fillWith } from './html.js';
import { t } from './i18n.js';
import { calls, hrefOf, store, titleOf } from './store.js';

const SHOWN = 12;
const ROWS = { en: "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", ru: 'ёйцукенгшщзхъфывапролджэячсмитьбю' };
/** @type {Record<string, string>} */
const SOUNDS = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'h',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'sch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
};

/** @param {Hubbub.App} app */
export function openSwitcher(app) {
  if (document.querySelector('dialog.switcher')) return;
  const input = el('input', {
    type: 'text',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-label': t('switcher.label'),
    placeholder: t('switcher.label'),
    autocomplete: 'off',
    spellcheck: 'false',
    autofocus: true,
    dir: 'auto',
  });
  const results = el('div', { class: 'results', role: 'listbox', 'aria-label': t('side.rooms') });
  const dialog = open(el('div', {}, input, results), 'switcher', t('switcher.label'));
  let at = 0;
  const draw = () => {
    const rooms = ranked(input.value).slice(0, SHOWN);
    at = Math.max(0, Math.min(at, rooms.length - 1));
    fillWith(
      results,
      ...rooms.map((room, index) => option(room, index === at)),
      !rooms.length && el('p', { class: 'hint' }, t('switcher.none')),
    );
  };
  input.addEventListener('input', () => {
    at = 0;
    draw();
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') at += 1;
    else if (event.key === 'ArrowUp') at = Math.max(0, at - 1);
    else if (event.key === 'Enter') /** @type {HTMLElement | null} */ (results.children[at])?.click();
    else return;
    event.preventDefault();
    if (event.key !== 'Enter') draw();
  });
  results.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    dialog.close();
    void app.go(link.pathname);
  });
  draw();
}

/**
 * @param {Hubbub.Room} room
 * @param {boolean} chosen
 */
function option(room, chosen) {
  const number = calls(room);
  const mark = room.kind === 'direct' ? '@' : '#';
  return el(
    'a',
    {
      class: 'room',
      role: 'option',
      href: hrefOf(room),
      'aria-selected': String(chosen),
      tabindex: -1,
      'data-unread': room.unread,
    },
    el('span', { class: 'hash' }, mark),
    el('b', { dir: 'auto' }, titleOf(room, t('room.notes'))),
    number ? el('span', { class: 'badge' }, String(number)) : null,
  );
}

/** @param {string} typed */
function ranked(typed) {
  const rooms = [...store.rooms.values()].filter((room) => !room.archived);
  const scored = rooms.map((room) => ({ room, score: score(titleOf(room, t('room.notes')), typed) + attention(room) }));
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ room }) => room);
}

/** @param {Hubbub.Room} room  a little, so that it only orders what matches alike */
function attention(room) {
  return (
    (room.id === store.open ? 0 : 0.01) + (calls(room) ? 0.4 : 0) + (room.unread ? 0.2 : 0) + (room.member ? 0.1 : 0)
  );
}

/**
 * @param {string} title
 * @param {string} typed
 */
export function score(title, typed) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, '');
  if (!wanted) return 1;
  const name = title.normalize('NFC').toLowerCase();
  const spoken = latin(name);
  const ways = [wanted, latin(wanted), relaid(wanted, 'en', 'ru'), relaid(wanted, 'ru', 'en')];
  const best = Math.max(...ways.flatMap((way) => [match(name, way), match(spoken, way)]));
  return best > 0 ? best : -1;
}

/**
 * @param {string} name
 * @param {string} wanted
 */
function match(name, wanted) {
  if (name === wanted) return 8;
  if (name.startsWith(wanted)) return 6;
  const words = name.split(/[\s._-]+/u);
  if (words.some((word) => word.startsWith(wanted))) return 5;
  if (
    words
      .map((word) => word[0] ?? '')
      .join('')
      .startsWith(wanted)
  )
    return 4;
  return name.includes(wanted) ? 3 : 0;
}

/** @param {string} text */
function latin(text) {
  return [...text].map((sign) => SOUNDS[sign] ?? sign).join('');
}

/**
 * What the same keys write in the other layout.
 * @param {string} text
 * @param {'en' | 'ru'} from
 * @param {'en' | 'ru'} to
 */
function relaid(text, from, to) {
  return [...text].map((sign) => ROWS[to][ROWS[from].indexOf(sign)] ?? sign).join('');
}
