/** The log on screen: a window of rows, the place one reads at, the end one stays at. It must not know the network. */

import { afterFrame, el, inFrame, order } from './html.js';
import { midnight } from './i18n.js';
import { Heights, Place, show, Window } from './place.js';
import { covers, indexOf, stands } from './roomlog.js';
import { rule } from './row.js';
import { entryOf, follows, isPending, newDay, Rows } from './rows.js';
import { me } from './store.js';

/** @typedef {{ seq: number, top: number | null, flash: boolean }} Goal  `flash`: shown, and kept there till one moves */
/** @typedef {{ key: string, node: HTMLElement }} Part */

/**
 * @typedef {object} Hooks
 * @property {(where: { before: number } | { after: number } | { around: number }) => Promise<boolean>} load  resolves to whether the page is in the log
 * @property {() => void} moved
 * @property {() => Hubbub.Item[]} items
 * @property {() => HTMLElement} opening
 */

export class Timeline {
  /** How many messages came while the reader was elsewhere. */
  fresh = 0;
  rows = new Rows();
  list = el('div', { class: 'rows' });
  #hooks;
  #place;
  #heights = new Heights();
  /** @type {Map<string, HTMLElement>} */
  #rules = new Map();
  /** @type {Hubbub.Log | null} */
  #log = null;
  #window = new Window();
  #divide = 0;
  /** @type {Goal | null} */
  #goal = null;
  #planned = false;
  #hurry = false;
  /** The last message with a row, while all that has happened since is that others came after it. */
  #last = /** @type {Hubbub.Entry | null} */ (null);
  /** The day on which all of it was looked at: on another one the days above have other names. */
  #today = 0;

  /**
   * @param {HTMLElement} scroller
   * @param {Hooks} hooks
   */
  constructor(scroller, hooks) {
    this.#hooks = hooks;
    scroller.append(this.list);
    this.#place = new Place(scroller, this.list, {
      moved: () => this.#moved(),
      atLiveEnd: () => this.#window.to === Infinity,
    });
  }

  get log() {
    return this.#log;
  }

  get stuck() {
    return this.#place.stuck;
  }

  /** @returns {boolean} whether more than a screen lies below, seen or not */
  get far() {
    return this.#window.to !== Infinity || this.#place.below > this.#place.height;
  }

  /** Where one reads, to come back to; nothing at the end. */
  get where() {
    if (!this.#log || this.stuck) return null;
    this.#place.hold();
    const { node, top = 0 } = this.#place.anchor ?? {};
    return node ? { seq: Number(node.dataset.seq), top } : null;
  }

  /**
   * Puts a room's log on screen, at its end; the same room stays where one reads.
   * @param {Hubbub.Log} log
   * @param {number} divide  the seq of the first unread message, which the divider stands above; 0 for none
   * @returns {Promise<boolean> | void}  whether what was read in the same room could be kept
   */
  show(log, divide) {
    if (this.#log?.room === log.room) return this.#again(log);
    this.clear();
    [this.#log, this.#divide] = [log, divide];
    this.#window.toEnd(log);
    this.#rest();
    if (divide) this.#goal = { seq: divide, top: null, flash: false };
    this.#hurry = true;
    this.#afresh();
    // What was shown first is on screen: now the rest around it.
    afterFrame(() => {
      this.#hurry = false;
      this.#extend();
    });
  }

  /** Forgets the room on screen. */
  clear() {
    this.rows.keep(new Set());
    this.#rules.clear();
    this.#heights.forget();
    this.#log = null;
    this.#window.toEnd(null);
    this.#rest();
    this.list.replaceChildren();
  }

  /** @param {Hubbub.Patch} patch */
  take(patch) {
    if (patch.live && !this.stuck) this.fresh += patch.added.filter((entry) => entry.by !== me()).length;
    const { added, changed } = patch;
    if (patch.live && !changed.length && !added.some((entry) => entry.reply_to)) this.#draw();
    else this.refresh();
  }

  /** Anything may be different now. */
  refresh() {
    this.#last = null;
    this.#draw();
  }

  /** All changes of a frame are drawn together. */
  #draw() {
    if (this.#planned) return;
    this.#planned = true;
    inFrame(() => this.#planned && this.#flush());
  }

  /** The newest message, in one step however far. */
  toEnd() {
    if (this.stuck && !this.#goal && this.#window.to === Infinity) return this.refresh();
    if (this.#window.to !== Infinity) this.#window.toEnd(this.#log);
    this.#rest();
    this.#afresh();
    this.#place.settle();
  }

  /**
   * The divider goes above this message; 0 takes it away.
   * @param {number} seq
   */
  divide(seq) {
    this.#divide = seq;
    this.refresh();
  }

  /**
   * Goes to a message; another goal or the reader's own scrolling cancels it.
   * @param {number} seq
   * @param {{ top?: number | null, flash?: boolean }} [options]  `top`: where it stood; else in the upper half
   * @returns {Promise<boolean>} whether there was such a message to go to
   */
  async goTo(seq, { top = null, flash = false } = {}) {
    const goal = { seq, top, flash };
    this.#goal = goal;
    if (this.#log && !covers(this.#log, seq)) await this.#hooks.load({ around: seq });
    if (this.#goal !== goal || !this.#log) return true;
    this.#afresh();
    this.#goal = null;
    const entry = this.#log.entries[indexOf(this.#log, seq)];
    return entry?.seq === seq && stands(this.#log, entry);
  }

  /** @param {number} screens  -Infinity: to the first that is known */
  page(screens) {
    this.#place.page(screens);
  }

  /** The seq of the last message wholly in view. */
  lastSeen() {
    if (this.#log && this.stuck && this.#window.to === Infinity) return this.#log.hi;
    return Number(this.#place.lastInView('seq') ?? 0);
  }

  /** @param {Element | null} element  anything inside a row */
  rowOf(element) {
    return this.rows.around(element);
  }

  // ---- drawing ----

  /** Everything is looked at, at once. */
  #afresh() {
    this.#last = null;
    this.#flush();
  }

  #flush() {
    this.#planned = false;
    if (!this.#log) return;
    if (this.#goal) this.#window.toMessage(this.#log, this.#goal.seq);
    if (!this.stuck && this.list.firstChild) this.#place.hold();
    const grown = this.#lengthen(this.#log);
    if (!grown) this.#arrange(this.#plan(this.#log));
    this.#land(this.#log);
    this.#hooks.moved();
    // What stays at the end needs no measures before they are taken anyway, and none where it has only grown.
    if (!this.stuck) this.#extend();
    else if (!grown) window.setTimeout(() => this.#extend());
  }

  /**
   * Rows for what came after the last one, where nothing else has changed and nothing has to go.
   * @param {Hubbub.Log} log
   * @returns {boolean} whether that was so
   */
  #lengthen(log) {
    const known = this.#last;
    if (!known || this.#goal || this.#hooks.items().length || !this.#window.holds(log)) return false;
    if (this.list.lastElementChild !== this.rows.get(known.id)?.element || this.#today !== midnight(new Date()))
      return false;
    /** @type {Part[]} */
    const parts = [];
    for (const entry of log.entries.slice(indexOf(log, known.seq + 1)))
      if (stands(log, entry)) this.#last = this.#line(parts, entry, this.#last, [], null);
    this.list.append(...parts.map((part) => part.node));
    return true;
  }

  /**
   * What should stand on screen, from top to bottom.
   * @param {Hubbub.Log} log
   */
  #plan(log) {
    const { start, end, low, high } = this.#window.range(log, this.#reading);
    const items = this.#hooks.items();
    this.#heights.keep(this.list, [log.entries[start]?.seq ?? 0, log.entries[end - 1]?.seq ?? 0]);
    /** @type {Part[]} */
    const parts = [];
    parts.push(this.#rule(log.holes.has(log.entries[low]?.seq) ? 'loader' : 'opening'));
    this.#beyond(parts, log, 'above', [low, start]);
    /** @type {Hubbub.Entry | null} */
    let last = log.entries.slice(low, start).findLast((entry) => stands(log, entry)) ?? null;
    for (const entry of log.entries.slice(start, end))
      if (stands(log, entry)) last = this.#line(parts, entry, last, items, null);
    [this.#last, this.#today] = [last, midnight(new Date())];
    this.#beyond(parts, log, 'below', [end, high]);
    if (high < log.entries.length) parts.push(this.#rule('loader', 'below'));
    if (end === log.entries.length)
      for (const item of items)
        if (isPending(item, log)) last = this.#line(parts, entryOf(item, me()), last, items, item);
    return parts;
  }

  /**
   * Empty room for rows off the page, around the one that has the focus or is being edited: that one stays.
   * @param {Part[]} parts
   * @param {Hubbub.Log} log
   * @param {string} side
   * @param {[number, number]} range
   */
  #beyond(parts, log, side, [from, to]) {
    const used = this.rows.edited ?? this.rowOf(document.activeElement);
    const kept = used?.view.entry.seq ? indexOf(log, used.view.entry.seq) : -1;
    const inside = used && kept >= from && kept < to;
    const gap = (/** @type {string} */ name, /** @type {number} */ start, /** @type {number} */ end) => {
      const height = this.#heights.between(log.entries, start, end);
      if (!height) return;
      const part = this.#rule('gap', name);
      part.node.style.blockSize = `${height}px`;
      parts.push(part);
    };
    gap(side, from, inside ? kept : to);
    if (!inside) return;
    parts.push({ key: used.view.key, node: used.element });
    gap(`${side} the focus`, kept + 1, to);
  }

  /**
   * A message with the rules that stand above it.
   * @param {Part[]} parts
   * @param {Hubbub.Entry} entry
   * @param {Hubbub.Entry | null} last
   * @param {Hubbub.Item[]} items
   * @param {Hubbub.Item | null} pending
   */
  #line(parts, entry, last, items, pending) {
    const day = newDay(entry, last);
    const isUnread = this.#divide > 0 && entry.seq >= this.#divide && (last?.seq ?? 0) < this.#divide;
    if (isUnread) parts.push(this.#rule('unread', day));
    else if (day) parts.push(this.#rule('day', day));
    const head = day || isUnread || !last || !follows(entry, last);
    const log = /** @type {Hubbub.Log} */ (this.#log);
    const { view, element } = this.rows.show(log, entry, { items, pending, head: Boolean(head) });
    parts.push({ key: view.key, node: element });
    return entry;
  }

  /**
   * @param {string} kind
   * @param {string} [label]
   * @returns {Part}
   */
  #rule(kind, label = '') {
    const key = `${kind} ${label}`;
    const node = kind === 'opening' ? this.#hooks.opening() : (this.#rules.get(key) ?? rule(kind, label));
    this.#rules.set(key, node);
    return { key, node };
  }

  /** @param {Part[]} parts  which alone shall stand on the page */
  #arrange(parts) {
    const [nodes, keys] = [parts.map((part) => part.node), new Set(parts.map((part) => part.key))];
    const focused = this.list.contains(document.activeElement);
    order(this.list, nodes);
    if (focused && document.activeElement === document.body) this.#place.anchor?.node.focus({ preventScroll: true });
    this.rows.keep(keys);
    for (const key of this.#rules.keys()) if (!keys.has(key)) this.#rules.delete(key);
  }

  // ---- where one reads ----

  #rest() {
    this.#goal = null;
    this.fresh = 0;
    this.#place.rest();
  }

  get #reading() {
    if (this.stuck) return Infinity;
    return Number(this.#place.anchor?.node.dataset.seq ?? 0);
  }

  /**
   * A goal owns the view until it is reached.
   * @param {Hubbub.Log} log
   */
  #land(log) {
    const goal = this.#goal;
    if (!goal && this.stuck) return;
    if (!goal || !covers(log, goal.seq)) return this.#place.settle();
    this.#goal = null;
    const entry = log.entries.slice(indexOf(log, goal.seq)).find((one) => stands(log, one));
    const row = entry && this.rows.get(entry.id)?.element;
    if (!row) return this.#place.settle();
    const before = /** @type {HTMLElement | null} */ (row.previousElementSibling);
    this.#place.land(goal.top === null && before?.dataset.divider ? before : row, goal.top, goal.flash);
    if (goal.flash && entry.seq === goal.seq) show(row);
  }

  #moved() {
    this.#goal = null;
    if (this.stuck) this.fresh = 0;
    this.#extend();
    this.#hooks.moved();
  }

  /** More rows before the edge is reached, or others where the reader is beyond it. */
  #extend() {
    const log = this.#log;
    if (!log?.entries.length || this.#goal || this.#planned || this.#hurry) return;
    const near = this.#place.height * 1.5;
    const { start, end, low, high } = this.#window.range(log, this.#reading);
    const above = this.#place.above - this.#heights.between(log.entries, low, start);
    const below = this.#place.below - this.#heights.between(log.entries, end, high);
    if (Math.min(above, below) < -near) return this.#recentre(log, low, high);
    if (above < near) this.#grow(log, -1);
    if (below < near) this.#grow(log, 1);
  }

  /**
   * @param {Hubbub.Log} log
   * @param {-1 | 1} direction
   */
  #grow(log, direction) {
    const { from, to } = this.#window;
    const missing = this.#window.grow(log, direction, this.#reading);
    if (missing) return void this.#hooks.load(missing).then(() => this.#log === log && this.#extend());
    if (from !== this.#window.from || to !== this.#window.to) this.refresh();
  }

  /**
   * The scrollbar was dragged to where there are no rows: they are put there.
   * @param {Hubbub.Log} log
   * @param {number} low
   * @param {number} high
   */
  #recentre(log, low, high) {
    this.#goal = { ...this.#heights.at(log.entries, [low, high], this.#place.above), flash: false };
    this.refresh();
  }

  /** @param {Hubbub.Log} log  of the same room, loaded afresh: stay at what one reads */
  #again(log) {
    const { where } = this;
    this.#log = log;
    if (!where) this.#window.toEnd(log);
    this.#afresh();
    return where ? this.goTo(where.seq, where) : undefined;
  }
}
