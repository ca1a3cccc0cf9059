/** Completion while one writes: people, rooms, and commands at the start of a line. It must not wait for the network. */

import { avatar, el, fillWith } from './html.js';
import { t } from './i18n.js';
import { fold, me, store } from './store.js';

const SHOWN = 8;

/** @typedef {{ insert: string, label: string, note?: string, face?: string }} Offer */
/** @typedef {import('./composer.js').Composer} Composer */

/** @param {Composer} composer */
export function complete(composer) {
  const box = el('div', { class: 'completion', role: 'listbox', hidden: true });
  const { field } = composer;
  /** @type {Offer[]} */
  let offers = [];
  let at = 0;
  let from = 0;
  composer.form.append(box);
  field.setAttribute('aria-autocomplete', 'list');
  const close = () => {
    box.hidden = true;
  };
  const choose = (/** @type {Offer} */ offer) => {
    field.setRangeText(`${offer.insert} `, from, field.selectionStart, 'end');
    close();
    field.dispatchEvent(new Event('input'));
    field.focus();
  };
  const draw = () => {
    box.hidden = !offers.length;
    fillWith(box, ...offers.map((offer, index) => option(offer, index === at, () => choose(offer))));
  };
  field.addEventListener('blur', () => window.setTimeout(close, 150));
  return {
    input: () => {
      const found = wordAt(field);
      from = found?.from ?? 0;
      offers = found ? offersFor(found.word) : [];
      at = 0;
      draw();
    },
    key: (/** @type {KeyboardEvent} */ event) => {
      if (box.hidden || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return false;
      if (event.key === 'ArrowDown') at = (at + 1) % offers.length;
      else if (event.key === 'ArrowUp') at = (at - 1 + offers.length) % offers.length;
      else if (event.key === 'Enter' || event.key === 'Tab') choose(offers[at]);
      else if (event.key === 'Escape') close();
      else return false;
      if (!box.hidden) draw();
      return true;
    },
  };
}

/**
 * The word being written, if it begins with a sign.
 * @param {HTMLTextAreaElement} field
 */
function wordAt(field) {
  const before = field.value.slice(0, field.selectionStart);
  const word = /(?:^|\s)([@#][^\s@#]*|)$/u.exec(before)?.[1] ?? '';
  if (word) return { word, from: before.length - word.length };
  return /^\/\w*$/.test(before) ? { word: before, from: 0 } : null;
}

/**
 * @param {string} word
 * @returns {Offer[]}
 */
function offersFor(word) {
  const wanted = fold(word.slice(1));
  if (word[0] === '/')
    return 'pm'.startsWith(wanted) ? [{ insert: '/pm', label: '/pm', note: t('command.pm_help') }] : [];
  return word[0] === '#' ? rooms(wanted) : people(wanted);
}

/** @param {string} wanted */
function rooms(wanted) {
  const named = [...store.rooms.values()].filter((room) => room.kind !== 'direct' && fold(room.name).includes(wanted));
  named.sort(
    (a, b) =>
      Number(fold(b.name).startsWith(wanted)) - Number(fold(a.name).startsWith(wanted)) || a.name.localeCompare(b.name),
  );
  return named.slice(0, SHOWN).map((room) => ({ insert: `#${room.name}`, label: `#${room.name}`, note: room.topic }));
}

/**
 * Exact first, then who spoke here lately, then members, then others, who are told apart.
 * @param {string} wanted
 */
function people(wanted) {
  const spoke = [...(store.logs.get(store.open)?.entries ?? [])].reverse().map((entry) => entry.by);
  const members = (store.members.get(store.open) ?? []).map((member) => member.username);
  const others = [...store.online.values()].flatMap((names) => [...names]);
  const here = new Set([...spoke, ...members]);
  const all = [...new Set([...spoke, ...members, ...others])].filter(
    (name) => name !== me() && fold(name).includes(wanted),
  );
  all.sort((a, b) => rank(b, wanted) - rank(a, wanted));
  return all.slice(0, SHOWN).map((name) => ({
    insert: `@${name}`,
    label: name,
    face: name,
    note: here.has(name) ? '' : t('complete.not_here'),
  }));
}

/**
 * @param {string} name
 * @param {string} wanted
 */
function rank(name, wanted) {
  if (fold(name) === wanted) return 2;
  return fold(name).startsWith(wanted) ? 1 : 0;
}

/**
 * @param {Offer} offer
 * @param {boolean} chosen
 * @param {() => void} choose
 */
function option({ label, note, face }, chosen, choose) {
  const press = (/** @type {Event} */ event) => {
    event.preventDefault();
    choose();
  };
  return el(
    'div',
    { role: 'option', class: 'offer', 'aria-selected': String(chosen), onpointerdown: press },
    face ? avatar(face, 's') : null,
    el('b', { dir: 'auto' }, label),
    note ? el('small', { dir: 'auto' }, note) : null,
  );
}
