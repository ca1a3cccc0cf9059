/** Completion while one writes: people, rooms, emoji, and commands at the very start. It must not wait for the network. */

import { COMMANDS } from './commands.js';
import { load, search } from './emoji/data.js';
import { replace } from './formatting.js';
import { avatar, el, fillWith, set } from './html.js';
import { t } from './i18n.js';
import { people, score } from './ranking.js';
import { me, store } from './store.js';

const SHOWN = 8;
const LIST = 'completion';
/** An emoji begins after two letters, the first no sign, so that `:)`, `:p` and `:-D` are left alone. */
const WORD = /(?:^|[\s([{])([@#][^\s@#]*|:[\p{L}\p{N}][\p{L}\p{N}_+-]+)$/u;
const COMMAND = /^\/\w*$/;

/** @typedef {{ insert: string, label: string, note?: string, face?: string, sign?: string }} Offer */
/** @typedef {import('./composer.js').Composer} Composer */

/** @param {Composer} composer */
export function complete(composer) {
  const list = new Completion(composer.field);
  composer.form.append(list.box);
  return list;
}

class Completion {
  box = el('div', { class: 'completion', id: LIST, role: 'listbox', 'aria-label': t('complete.label'), hidden: true });
  #field;
  /** @type {Offer[]} */
  #offers = [];
  #at = 0;
  #from = 0;

  /** @param {HTMLTextAreaElement} field */
  constructor(field) {
    this.#field = field;
    set(field, 'aria-autocomplete', 'list');
    set(field, 'aria-controls', LIST);
    field.addEventListener('blur', () => this.#close());
    field.addEventListener('click', () => this.#close());
  }

  input() {
    const found = wordAt(this.#field);
    this.#from = found?.from ?? 0;
    if (found?.word[0] === ':') void this.#findEmoji(found.word);
    else this.#take(found ? offersFor(found.word) : []);
  }

  /**
   * Their names are fetched once; by then something else may have been typed.
   * @param {string} word
   */
  async #findEmoji(word) {
    const all = await load(store.boot.urls.emoji).catch(() => []);
    if (wordAt(this.#field)?.word !== word) return;
    const found = search(all, word.slice(1).replace(/[_+-]/g, ' ')).slice(0, SHOWN);
    this.#take(found.map(({ sign, name }) => ({ insert: sign, label: name, sign })));
  }

  /**
   * Whether the key was the list's own.
   * @param {KeyboardEvent} event
   */
  key({ key, shiftKey, ctrlKey, altKey, metaKey }) {
    if (this.box.hidden || ctrlKey || altKey || metaKey) return false;
    if (key === 'Escape') return this.#close();
    if (shiftKey) return false;
    if (key === 'Enter' || key === 'Tab') return this.#choose(this.#offers[this.#at]);
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return false;
    const { length } = this.#offers;
    this.#at = (this.#at + (key === 'ArrowDown' ? 1 : length - 1)) % length;
    return this.#draw();
  }

  /** @param {Offer[]} offers */
  #take(offers) {
    this.#offers = offers;
    this.#at = 0;
    if (offers.length) this.#draw();
    else this.#close();
  }

  /** @param {Offer} offer */
  #choose({ insert }) {
    this.#close();
    replace(this.#field, this.#from, this.#field.selectionStart, `${insert} `);
    return true;
  }

  #close() {
    this.box.hidden = true;
    set(this.#field, 'aria-activedescendant', null);
    return true;
  }

  #draw() {
    this.box.hidden = false;
    set(this.#field, 'aria-activedescendant', `${LIST}-${this.#at}`);
    fillWith(this.box, ...this.#offers.map((offer, index) => this.#option(offer, index)));
    return true;
  }

  /**
   * @param {Offer} offer
   * @param {number} index
   */
  #option(offer, index) {
    const { label, note, face, sign } = offer;
    const press = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#choose(offer);
    };
    const chosen = String(index === this.#at);
    const own = { role: 'option', id: `${LIST}-${index}`, class: 'offer', 'aria-selected': chosen };
    return el(
      'div',
      { ...own, onpointerdown: press },
      face ? avatar(face, 's') : null,
      sign ? el('span', { class: 'sign' }, sign) : null,
      el('b', { dir: 'auto' }, label),
      note ? el('small', { dir: 'auto' }, note) : null,
    );
  }
}

/**
 * The word being written, if it begins with a sign.
 * @param {HTMLTextAreaElement} field
 */
function wordAt(field) {
  if (field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  const word = WORD.exec(before)?.[1];
  if (word) return { word, from: before.length - word.length };
  return COMMAND.test(before) ? { word: before, from: 0 } : null;
}

/**
 * @param {string} word
 * @returns {Offer[]}
 */
function offersFor(word) {
  const wanted = word.slice(1);
  if (word[0] === '@') return persons(wanted);
  return word[0] === '#' ? rooms(wanted) : commands(wanted);
}

/** @param {string} wanted */
function commands(wanted) {
  const names = COMMANDS.filter((name) => name.startsWith(wanted.toLowerCase()));
  return names.map((name) => ({ insert: `/${name}`, label: `/${name}`, note: t(`command.${name}_help`) }));
}

/** @param {string} wanted */
function rooms(wanted) {
  const named = [...store.rooms.values()].filter((room) => room.kind !== 'direct' && !room.archived);
  const scored = named.map((room) => ({ room, points: score(room.name, wanted) })).filter(({ points }) => points > 0);
  scored.sort((a, b) => b.points - a.points || a.room.name.localeCompare(b.room.name));
  return scored
    .slice(0, SHOWN)
    .map(({ room }) => ({ insert: `#${room.name}`, label: `#${room.name}`, note: room.topic }));
}

/** @param {string} wanted */
function persons(wanted) {
  const spoke = [...(store.logs.get(store.open)?.entries ?? [])].reverse().map((entry) => entry.by);
  const members = (store.members.get(store.open) ?? []).map((member) => member.username);
  const known = { spoke, members, others: acquaintances() };
  const found = people(known, wanted).filter(({ name }) => name !== me());
  return found.slice(0, SHOWN).map(({ name, here }) => ({
    insert: `@${name}`,
    label: name,
    face: name,
    note: here ? '' : t('complete.not_here'),
  }));
}

/** Everybody that this page has met in any room. */
export function acquaintances() {
  const seen = [...store.online.values()].flatMap((names) => [...names]);
  const members = [...store.members.values()].flat().map(({ username }) => username);
  const direct = [...store.rooms.values()].flatMap((room) => room.usernames ?? []);
  return [...new Set([...seen, ...members, ...direct])];
}
