/** The log on screen: a window of rows, the place one reads at, the end one stays at. It must not know the network. */

import { mentions } from './fmt.js';
import { el, order } from './html.js';
import { dayName, daysBetween, untilMidnight } from './i18n.js';
import { ahead } from './outbox.js';
import { flash, Place } from './place.js';
import { indexOf } from './roomlog.js';
import { entryOf, follows, isPending, quoteOf, Row, rule, stateOf } from './row.js';
import { me, store } from './store.js';

const WINDOW = 240;
const LIMIT = 300;
const STEP = 60;

/** @typedef {{ id: string, top: number | null }} Goal */
/** @typedef {{ key: string, node: HTMLElement }} Part */

export class Timeline {
  /** How many messages came while the reader was elsewhere. */
  fresh = 0;
  /** @type {Map<string, Row>} */
  rows = new Map();
  list = el('div', { class: 'rows' });
  #hooks;
  #place;
  /** @type {Map<string, HTMLElement>} */
  #rules = new Map();
  /** @type {Hubbub.Log | null} */
  #log = null;
  #from = 0;
  #to = Infinity;
  #unread = 0;
  /** @type {Goal | null} */
  #goal = null;
  #planned = 0;
  #midnight = 0;
  /** @type {Map<string, Goal>} where each room was left */
  #left = new Map();

  /**
   * @param {HTMLElement} scroller
   * @param {{ older: () => Promise<unknown>, moved: () => void, items: () => Hubbub.Item[], opening: () => HTMLElement }} hooks
   */
  constructor(scroller, hooks) {
    this.#hooks = hooks;
    scroller.append(this.list);
    this.#place = new Place(scroller, this.list, {
      moved: () => this.#moved(),
      atLiveEnd: () => this.#to === Infinity,
    });
  }

  get stuck() {
    return this.#place.stuck;
  }

  get log() {
    return this.#log;
  }

  /**
   * Puts a room's log on screen.
   * @param {Hubbub.Log} log
   * @param {{ unread: number, back: boolean }} options  `unread`: the seq before which the divider stands, 0 for none
   */
  show(log, { unread, back }) {
    const same = this.#log?.room === log.room;
    if (!same) this.#leave();
    this.#log = log;
    if (same) return this.#again();
    const left = back ? (this.#left.get(log.room) ?? null) : null;
    this.#unread = unread;
    this.#to = Infinity;
    this.#from = log.entries[Math.max(0, log.entries.length - WINDOW)]?.seq ?? 0;
    this.#place.stuck = true;
    this.fresh = 0;
    this.#goal = left ?? (unread ? { id: 'unread', top: null } : null);
    this.#flush();
  }

  /** Forgets the room on screen. */
  clear() {
    this.#leave();
    this.#log = null;
    this.list.replaceChildren();
  }

  /** @param {Hubbub.Patch} patch */
  take(patch) {
    if (patch.live && !this.stuck) this.fresh += patch.added.filter((entry) => entry.by !== me()).length;
    this.refresh();
  }

  /** Something shown may have changed: all changes of a frame are drawn together. */
  refresh() {
    if (this.#planned) return;
    const run = () => this.#flush();
    this.#planned = document.hidden ? window.setTimeout(run, 50) : requestAnimationFrame(run);
  }

  /** The newest message, in one step however far. */
  toEnd() {
    const entries = this.#log?.entries ?? [];
    this.#to = Infinity;
    this.#from = Math.max(this.#from, entries[Math.max(0, entries.length - WINDOW)]?.seq ?? 0);
    this.#goal = null;
    this.fresh = 0;
    this.#place.stuck = true;
    this.#flush();
  }

  /** Sending ends the reading of what was new. */
  dropDivider() {
    this.#unread = 0;
    this.refresh();
  }

  /**
   * The divider goes above this message.
   * @param {number} seq
   */
  divide(seq) {
    this.#unread = seq;
    this.refresh();
  }

  /**
   * @param {string} id  a message in the log
   * @param {boolean} [quietly]  without a flash and without the focus
   * @returns {boolean} whether it is there to go to
   */
  goTo(id, quietly = false) {
    const entry = this.#log?.byId.get(id);
    if (!entry || !this.#log) return false;
    const place = indexOf(this.#log, entry.seq);
    const entries = this.#log.entries;
    if (entry.seq < this.#from || entry.seq > this.#to) {
      this.#from = entries[Math.max(0, place - WINDOW / 2)].seq;
      this.#to = entries[place + WINDOW / 2]?.seq ?? Infinity;
    }
    this.#goal = { id, top: null };
    this.#flush();
    const row = this.rows.get(id);
    if (row && !quietly) flash(row.element);
    return true;
  }

  /** @returns {boolean} whether more than a screen lies below, seen or not */
  get far() {
    return this.#to !== Infinity || this.#place.below > this.#place.height;
  }

  /** The seq of the last message wholly in view. */
  lastSeen() {
    if (this.#log && this.stuck && this.#to === Infinity) return this.#log.hi;
    return Number(this.#place.lastInView('seq') ?? 0);
  }

  /**
   * @param {Element | null} element  anything inside a row
   * @returns {Row | undefined}
   */
  rowOf(element) {
    const article = element?.closest('article.msg');
    return [...this.rows.values()].find((row) => row.element === article);
  }

  // ---- drawing ----

  #flush() {
    cancelAnimationFrame(this.#planned);
    this.#planned = 0;
    if (!this.#log) return;
    if (!this.stuck && this.list.firstChild) this.#place.hold();
    this.#arrange(this.#plan(this.#log));
    this.#land();
    this.#scheduleMidnight();
    this.#hooks.moved();
  }

  /**
   * What should stand on screen, from top to bottom.
   * @param {Hubbub.Log} log
   */
  #plan(log) {
    const [start, end] = this.#range(log);
    const live = end === log.entries.length;
    const items = this.#hooks.items();
    const answered = new Set(log.entries.map((entry) => entry.reply_to));
    /** @type {Part[]} */
    const parts = [];
    if (!start)
      parts.push({ key: log.start ? 'opening' : 'loader', node: this.#rule(log.start ? 'opening' : 'loader') });
    /** @type {Hubbub.Entry | null} */
    let last = null;
    for (const entry of log.entries.slice(start, end)) {
      if (entry.deleted && !answered.has(entry.id)) continue;
      last = this.#line(parts, entry, last, items, null);
    }
    if (live)
      for (const item of items)
        if (isPending(item, log)) last = this.#line(parts, entryOf(item, me()), last, items, item);
    return parts;
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
    const at = new Date(entry.at);
    const newDay = !last || daysBetween(new Date(last.at), at) !== 0;
    const isUnread = this.#unread > 0 && entry.seq >= this.#unread && (!last || last.seq < this.#unread);
    const day = newDay ? dayName(at, new Date()) : '';
    if (isUnread) parts.push({ key: 'unread', node: this.#rule('unread', day) });
    else if (newDay) parts.push({ key: `day ${day}`, node: this.#rule(`day ${day}`, day) });
    const head = newDay || isUnread || !last || !follows(entry, last);
    const row = this.#row(entry, items, pending, head);
    parts.push({ key: row.view.key, node: row.element });
    return entry;
  }

  /**
   * @param {Hubbub.Entry} entry
   * @param {Hubbub.Item[]} items
   * @param {Hubbub.Item | null} pending
   * @param {boolean} head
   */
  #row(entry, items, pending, head) {
    const { entry: shown, edit } = pending ? { entry, edit: null } : ahead(entry, items, me());
    const item = pending ?? edit;
    const key = this.#keyOf(entry, pending);
    const room = store.rooms.get(this.#log?.room ?? '');
    const called = !shown.deleted && entry.by !== me() && Boolean(me()) && mentions(shown.body ?? '', me());
    const mayReact = Boolean(entry.id && room && me() && !room.archived);
    const quote = quoteOf(this.#log, entry);
    const view = { key, entry: shown, item, head, state: stateOf(item), me: me(), quote, called, mayReact };
    const known = this.rows.get(key);
    if (known) known.update(view);
    const row = known ?? new Row(view);
    if (!known) this.rows.set(key, row);
    if (!known && pending) window.setTimeout(() => row.element.toggleAttribute('data-slow', true), 1000);
    return row;
  }

  /**
   * The row that echoed the words becomes the row of the message: the same element.
   * @param {Hubbub.Entry} entry
   * @param {Hubbub.Item | null} pending
   */
  #keyOf(entry, pending) {
    if (pending) return pending.client_id;
    const echo =
      entry.client_id ?? this.#hooks.items().find((item) => item.op === 'send' && item.id === entry.id)?.client_id;
    const row = echo ? this.rows.get(echo) : undefined;
    if (row && echo) {
      this.rows.delete(echo);
      this.rows.set(entry.id, row);
    }
    return entry.id;
  }

  /**
   * @param {string} key
   * @param {string} [label]
   */
  #rule(key, label = '') {
    if (key === 'opening') return this.#hooks.opening();
    const known = this.#rules.get(`${key} ${label}`);
    if (known) return known;
    const made = rule(key, label);
    this.#rules.set(`${key} ${label}`, made);
    return made;
  }

  /**
   * The window, trimmed on the side that the reader is farther from.
   * @param {Hubbub.Log} log
   * @returns {[number, number]}
   */
  #range(log) {
    let start = indexOf(log, this.#from);
    let end = this.#to === Infinity ? log.entries.length : indexOf(log, this.#to + 1);
    const size = end - start;
    if (size > LIMIT) {
      const here = this.stuck ? end : indexOf(log, this.#anchorSeq());
      if (here - start > end - here) start = Math.max(start, Math.min(end - WINDOW, here - STEP));
      else end = Math.min(end, Math.max(start + WINDOW, here + STEP));
    }
    this.#from = start ? log.entries[start].seq : 0;
    this.#to = end < log.entries.length ? log.entries[end - 1].seq : Infinity;
    return [start, end];
  }

  #anchorSeq() {
    return Number(this.#place.anchor?.node.dataset.seq ?? 0);
  }

  /**
   * Moves, adds and removes only what has to be.
   * @param {Part[]} parts
   */
  #arrange(parts) {
    const keep = new Set(parts.map((part) => part.node));
    const focused = this.list.contains(document.activeElement);
    order(
      this.list,
      parts.map((part) => part.node),
    );
    if (focused && document.activeElement === document.body) this.#place.anchor?.node.focus({ preventScroll: true });
    const keys = new Set(parts.map((part) => part.key));
    for (const key of this.rows.keys()) if (!keys.has(key)) this.rows.delete(key);
    for (const [key, node] of this.#rules) if (!keep.has(node)) this.#rules.delete(key);
  }

  /** A goal owns the view until it is reached. */
  #land() {
    const goal = this.#goal;
    this.#goal = null;
    const divider = this.list.querySelector('[data-divider=unread]');
    const node = goal && (goal.id === 'unread' ? divider : this.rows.get(goal.id)?.element);
    if (node) this.#place.land({ node, top: goal.top });
    else this.#place.settle();
  }

  #moved() {
    if (this.stuck) this.fresh = 0;
    this.#extend();
    this.#hooks.moved();
  }

  /** More rows before the edge is reached. */
  #extend() {
    const log = this.#log;
    if (!log) return;
    const near = this.#place.height * 1.5;
    if (this.#place.above < near) this.#upwards(log);
    if (this.#place.below < near && this.#to !== Infinity) {
      const end = indexOf(log, this.#to + 1) + STEP;
      this.#to = log.entries[end]?.seq ?? Infinity;
      this.refresh();
    }
  }

  /** @param {Hubbub.Log} log */
  #upwards(log) {
    const start = indexOf(log, this.#from);
    if (start > 0) {
      this.#from = log.entries[Math.max(0, start - STEP)].seq;
      return this.refresh();
    }
    if (log.start) return;
    const edge = log.entries[0]?.seq ?? 0;
    void this.#hooks.older().then(
      () => {
        if (this.#log !== log || log.entries[0]?.seq === edge) return;
        this.#from = Math.min(this.#from || Infinity, log.entries[Math.max(0, indexOf(log, edge) - STEP)].seq);
        this.refresh();
      },
      () => {},
    );
  }

  /** The log of the same room was loaded afresh: stay at what is still there. */
  #again() {
    if (!this.stuck) this.#place.hold();
    const log = /** @type {Hubbub.Log} */ (this.#log);
    const seq = this.#anchorSeq();
    if (!log.entries.some((entry) => entry.seq === seq)) this.#place.stuck = true;
    if (this.stuck) this.#to = Infinity;
    this.#flush();
  }

  #leave() {
    if (this.#log) {
      this.#place.hold();
      const { node, top = 0 } = this.#place.anchor ?? {};
      const place = { id: node?.dataset.id ?? '', top };
      if (this.stuck || !place.id) this.#left.delete(this.#log.room);
      else this.#left.set(this.#log.room, place);
    }
    this.rows.clear();
    this.#rules.clear();
    this.#place.forget();
  }

  /** Today becomes Yesterday without a reload. */
  #scheduleMidnight() {
    window.clearTimeout(this.#midnight);
    this.#midnight = window.setTimeout(() => this.refresh(), untilMidnight() + 500);
  }
}
