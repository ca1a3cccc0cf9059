/** Choosing an emoji: search, the recent ones, then all of them in a grid that holds only the rows in view. It must not know what it is for. */

import { el, fillWith, set } from '../html.js';
import { t } from '../i18n.js';
import { openPopover } from '../menu.js';
import { store } from '../store.js';
import { inTone, load, search } from './data.js';

const RECENT = 'hubbub recent emoji';
const TONE = 'hubbub skin tone';
const FIRST = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '🔥', '✅'];
const KEPT = 16;
const HAND = '✋';
const GROUPS = ['smileys', 'people', '', 'animals', 'food', 'travel', 'activities', 'objects', 'symbols', 'flags'];

/** @typedef {import('./data.js').Emoji} Emoji */
/** @typedef {{ title: string } | { cells: Cell[] }} Line */
/** @typedef {{ sign: string, name: string }} Cell */

/**
 * @param {Element} where
 * @param {(emoji: string) => void} choose
 */
export function pick(where, choose) {
  new Picker(where, choose).open();
}

class Picker {
  #where;
  #choose;
  /** @type {Emoji[]} */
  #all = [];
  /** @type {Line[]} */
  #lines = [];
  /** The chosen cell: its line and its place in it. */
  #at = { line: 1, cell: 0 };
  #columns = 8;
  #size = 35;
  #field = el('input', {
    type: 'text', // in a search field the first Escape would only empty it
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'emoji-grid',
    'aria-label': t('emoji.search'),
    placeholder: t('emoji.search'),
    autocomplete: 'off',
  });
  #space = el('div', { class: 'emoji-space', id: 'emoji-grid', role: 'listbox', 'aria-label': t('emoji.pick') });
  #grid = el('div', { class: 'emoji-grid' }, this.#space);
  #tones = el('div', { class: 'tones', role: 'group', 'aria-label': t('emoji.tone') });
  #box = el(
    'div',
    { class: 'picker', role: 'dialog', 'aria-label': t('emoji.pick') },
    this.#field,
    this.#grid,
    this.#tones,
  );

  /**
   * @param {Element} where
   * @param {(emoji: string) => void} choose
   */
  constructor(where, choose) {
    this.#where = where;
    this.#choose = choose;
    this.#field.addEventListener('input', () => this.#list());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#grid.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.#space.addEventListener('click', ({ target }) => {
      const cell = target instanceof Element ? target.closest('[data-sign]') : null;
      if (cell instanceof HTMLElement) this.#take(cell.dataset.sign ?? '');
    });
  }

  /** At once with what is known; all the others a moment later. */
  open() {
    this.#offerTones();
    openPopover(this.#box, this.#where);
    const touch = matchMedia('(hover: none) and (pointer: coarse)').matches;
    if (touch) [this.#columns, this.#size] = [Math.max(6, Math.floor(this.#grid.clientWidth / 44)), 44];
    this.#list();
    if (!touch) this.#field.focus();
    void load(store.boot.urls.emoji).then(
      (all) => {
        this.#all = all;
        this.#list();
      },
      () => {},
    );
  }

  /** What there is to choose from, in lines. */
  #list() {
    const query = this.#field.value.trim();
    const tone = toneOf();
    const cell = (/** @type {Emoji} */ { sign, toned, name }) => ({ sign: toned ? inTone(sign, tone) : sign, name });
    if (query) this.#lines = this.#rows(query, search(this.#all, query).map(cell), t('emoji.none'));
    else {
      const recent = recall().map((sign) => ({ sign, name: sign }));
      this.#lines = this.#rows(t('emoji.recent'), recent);
      for (const [group, id] of GROUPS.entries()) {
        const cells = this.#all.filter((one) => one.group === group).map(cell);
        if (cells.length) this.#lines.push(...this.#rows(t(`emoji.${id}`), cells));
      }
    }
    this.#at = { line: 1, cell: 0 };
    this.#grid.scrollTop = 0;
    this.#space.style.blockSize = `${this.#lines.length * this.#size}px`;
    this.#draw();
  }

  /**
   * @param {string} title
   * @param {Cell[]} cells
   * @param {string} [none]  what to say if there are none
   * @returns {Line[]}
   */
  #rows(title, cells, none = title) {
    /** @type {Line[]} */
    const lines = [{ title: cells.length ? title : none }];
    for (let from = 0; from < cells.length; from += this.#columns)
      lines.push({ cells: cells.slice(from, from + this.#columns) });
    return lines;
  }

  /** Only the lines in view, and one more on either side. */
  #draw() {
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.max(0, Math.floor(scrollTop / this.#size) - 1);
    const last = Math.min(this.#lines.length, Math.ceil((scrollTop + clientHeight) / this.#size) + 1);
    const shown = this.#lines.slice(first, last).map((line, index) => this.#line(line, first + index));
    fillWith(this.#space, ...shown);
    set(this.#field, 'aria-activedescendant', this.#space.querySelector('[aria-selected=true]')?.id);
  }

  /**
   * @param {Line} line
   * @param {number} number
   */
  #line(line, number) {
    const inner = 'title' in line ? [line.title] : line.cells.map((one, place) => this.#cell(one, number, place));
    const row = el('div', { class: 'title' in line ? 'sec' : 'signs', role: 'presentation' }, ...inner);
    row.style.insetBlockStart = `${number * this.#size}px`;
    return row;
  }

  /**
   * @param {Cell} cell
   * @param {number} line
   * @param {number} place
   */
  #cell({ sign, name }, line, place) {
    const chosen = this.#at.line === line && this.#at.cell === place;
    const attributes = {
      role: 'option',
      id: `emoji-${line}-${place}`,
      'data-sign': sign,
      'aria-selected': String(chosen),
    };
    return el('div', { ...attributes, 'aria-label': name, title: name }, sign);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const across = document.documentElement.dir === 'rtl' ? -1 : 1;
    /** @type {Record<string, () => void>} */
    const ways = {
      ArrowRight: () => this.#step(across),
      ArrowLeft: () => this.#step(-across),
      ArrowDown: () => this.#jump(1),
      ArrowUp: () => this.#jump(-1),
      Enter: () => this.#take(this.#chosen()?.sign ?? ''),
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    way();
  }

  #chosen() {
    const line = this.#lines[this.#at.line];
    return line && 'cells' in line ? line.cells[this.#at.cell] : undefined;
  }

  /** @param {number} by  one cell on or back, over the ends of lines */
  #step(by) {
    const cell = this.#at.cell + by;
    const line = this.#lines[this.#at.line];
    if (line && 'cells' in line && line.cells[cell]) this.#choosing(this.#at.line, cell);
    else this.#jump(by, by > 0 ? 0 : this.#columns);
  }

  /**
   * @param {number} by  a line down or up
   * @param {number} [cell]
   */
  #jump(by, cell = this.#at.cell) {
    let number = this.#at.line + by;
    while (this.#lines[number] && 'title' in this.#lines[number]) number += by;
    const line = this.#lines[number];
    if (line && 'cells' in line) this.#choosing(number, Math.min(cell, line.cells.length - 1));
  }

  /**
   * @param {number} line
   * @param {number} cell
   */
  #choosing(line, cell) {
    this.#at = { line, cell };
    const [top, height] = [line * this.#size, this.#grid.clientHeight];
    if (top - this.#size < this.#grid.scrollTop) this.#grid.scrollTop = top - this.#size;
    if (top + this.#size > this.#grid.scrollTop + height) this.#grid.scrollTop = top + this.#size - height;
    this.#draw();
  }

  #offerTones() {
    const chosen = toneOf();
    const choose = (/** @type {number} */ tone) => {
      localStorage.setItem(TONE, String(tone));
      this.#offerTones();
      this.#list();
    };
    const buttons = [0, 1, 2, 3, 4, 5].map((tone) =>
      el(
        'button',
        { type: 'button', 'aria-pressed': String(tone === chosen), onclick: () => choose(tone) },
        inTone(HAND, tone),
      ),
    );
    fillWith(this.#tones, ...buttons);
  }

  /** @param {string} sign */
  #take(sign) {
    if (!sign) return;
    localStorage.setItem(RECENT, JSON.stringify([...new Set([sign, ...recall()])].slice(0, KEPT)));
    this.#box.hidePopover();
    this.#choose(sign);
  }
}

function toneOf() {
  return Math.min(5, Math.max(0, Number(localStorage.getItem(TONE)) || 0));
}

/** @returns {string[]} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? 'null') ?? FIRST;
  } catch {
    return FIRST;
  }
}
