/** Where one reads: the part of the log on the page, and the row in it that must not move. It must not know what rows say. */

import { covers, indexOf, segmentAt, stands } from './roomlog.js';

const NEAR = 80;
const FLASH = 2400;
/** Beyond the limit so many rows stay, with a margin around the place one reads at. */
const LIMIT = 240;
const WINDOW = 180;
const MARGIN = 60;
/** A frame's work. */
const STEP = 20;
/** How high a row is, about: of who goes on speaking, and one with a name at least. Too few of them fill up in the next frame. */
const [LINE, NAMED] = [30, 45];
/**
 * And one of which nothing is known: more than most have, so that a log at its end only becomes shorter when they come.
 * Where it became longer, browsers would call that a shift of what stays in its place.
 */
const HIGH = 96;

const KEYS = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']);

/** @typedef {{ node: HTMLElement, top: number }} Anchor */

export class Place {
  /** Whether the view stays at the end; only the reader changes it. */
  stuck = true;
  #scroller;
  #list;
  #hooks;
  /** @type {Anchor | null} */
  #anchor = null;
  #pinned = false;
  #driven = false;
  /** A scroll that follows from other sizes than these is not the reader's. */
  #known = { top: 0, content: 0, height: 0 };

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list
   * @param {{ moved: () => void, atLiveEnd: () => boolean }} hooks  `moved`: by the reader
   */
  constructor(scroller, list, hooks) {
    this.#scroller = scroller;
    this.#list = list;
    this.#hooks = hooks;
    const passive = { passive: true };
    scroller.addEventListener('scroll', () => this.#scrolled(), passive);
    scroller.addEventListener('scrollend', () => (this.#driven = false), passive);
    scroller.addEventListener('wheel', ({ deltaY }) => this.#pulled(deltaY), passive);
    scroller.addEventListener('touchmove', () => this.#drive(true), passive);
    scroller.addEventListener('pointerdown', ({ target }) => this.#drive(target === scroller), passive);
    scroller.addEventListener('keydown', ({ key }) => this.#drive(KEYS.has(key)));
    const watch = new ResizeObserver(() => this.settle());
    watch.observe(scroller);
    watch.observe(list);
  }

  get anchor() {
    return this.#anchor;
  }

  get height() {
    return this.#scroller.clientHeight;
  }

  get below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  get above() {
    return this.#scroller.scrollTop;
  }

  /** At the end, whatever that will be. */
  rest() {
    this.#anchor = null;
    this.#pinned = false;
    this.stuck = true;
  }

  /**
   * @param {string} name  of a datum that the rows meant have
   * @returns {string | undefined} that of the last row wholly in view
   */
  lastInView(name) {
    const edge = this.#scroller.getBoundingClientRect().bottom + 1;
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const last = rows.findLast((row) => row.dataset[name] && row.getBoundingClientRect().bottom <= edge);
    return last?.dataset[name];
  }

  /** The row at the upper edge, and where it stands. */
  hold() {
    if (this.#pinned && this.#anchor?.node.isConnected) return;
    this.#pinned = false;
    const edge = this.#scroller.getBoundingClientRect().top;
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.children]).filter((row) => row.dataset.seq);
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom <= edge) low = middle + 1;
      else high = middle;
    }
    const node = rows[low];
    this.#anchor = node ? { node, top: node.getBoundingClientRect().top - edge } : null;
  }

  /** After heights have changed. */
  settle() {
    if (this.stuck) return this.#toEnd();
    if (!this.#anchor?.node.isConnected) return;
    const drift = this.#topOf(this.#anchor.node) - this.#anchor.top;
    if (Math.abs(drift) >= 0.5) this.#scrollTo(this.#scroller.scrollTop + drift);
    else this.#look();
  }

  /**
   * To a quarter of the height, or to where it stood.
   * @param {HTMLElement} node
   * @param {number | null} top
   * @param {boolean} pinned  whether it stays there although it is the end
   */
  land(node, top, pinned) {
    this.stuck = false;
    this.#driven = false;
    this.#scrollTo(this.#scroller.scrollTop + this.#topOf(node) - (top ?? this.#scroller.clientHeight / 4));
    this.#pinned = pinned;
    if (pinned) this.#anchor = { node, top: this.#topOf(node) };
    else {
      this.stuck = this.#nearEnd();
      this.hold();
    }
  }

  /** @param {number} screens  to scroll by, as the keys do */
  page(screens) {
    this.#driven = true;
    const { scrollTop, clientHeight } = this.#scroller;
    this.#scroller.scrollTop = Math.max(0, scrollTop + screens * clientHeight * 0.9);
  }

  /** @param {Element} node */
  #topOf(node) {
    return node.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }

  /** Looked at before and not after: what is asked of a page that was just moved, it has to reckon anew. */
  #toEnd() {
    const { scrollHeight: content, clientHeight: height } = this.#scroller;
    this.#known = { top: content - height, content, height };
    this.#scroller.scrollTop = content;
  }

  /** @param {number} top */
  #scrollTo(top) {
    this.#scroller.scrollTop = top;
    this.#look();
  }

  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#known = { top: scrollTop, content: scrollHeight, height: clientHeight };
  }

  #nearEnd() {
    return this.below <= NEAR && this.#hooks.atLiveEnd();
  }

  /** @param {boolean} moving */
  #drive(moving) {
    this.#driven ||= moving;
  }

  /** @param {number} by */
  #pulled(by) {
    this.#driven = true;
    if (by >= 0 || this.#scroller.scrollTop <= 0) return;
    this.stuck = false;
    this.#pinned = false;
    this.hold();
  }

  #scrolled() {
    const { top, content, height } = this.#known;
    if (Math.abs(this.#scroller.scrollTop - top) < 1) return;
    const { scrollHeight, clientHeight } = this.#scroller;
    const ours = !this.#driven && (scrollHeight !== content || clientHeight !== height);
    if (ours) return this.settle();
    this.#look();
    this.#pinned = false;
    this.stuck = this.#nearEnd();
    this.hold();
    this.#hooks.moved();
  }
}

/** How high the rows were that left the page, for the scrollbar. */
export class Heights {
  /** @type {Map<string, number>} */
  #known = new Map();
  #sum = 0;
  /** @type {Map<string, number>} */
  #sums = new Map();
  /** What stood on the page before. */
  #range = [Infinity, 0];

  forget() {
    this.#range = [Infinity, 0];
    this.#known.clear();
    this.#sums.clear();
    this.#sum = 0;
  }

  /**
   * Rows that leave the page leave just as much empty room.
   * @param {HTMLElement} list
   * @param {[number, number]} range  the seqs of the first and the last row that stay
   */
  keep(list, [from, to]) {
    const [first, last] = this.#range;
    this.#range = [from, to];
    if (from <= first && to >= last) return;
    const rows = /** @type {HTMLElement[]} */ ([...list.children]).filter(({ dataset: { seq } }) => Number(seq) > 0);
    this.#note(rows.filter(({ dataset: { seq } }) => Number(seq) < from || Number(seq) > to));
  }

  /** @param {HTMLElement[]} rows */
  #note(rows) {
    for (const row of rows) {
      const next = /** @type {HTMLElement | null} */ (row.nextElementSibling);
      const height = (next ? next.offsetTop : row.offsetTop + row.offsetHeight) - row.offsetTop;
      const key = row.dataset.seq ?? '';
      this.#sum += height - (this.#known.get(key) ?? 0);
      this.#known.set(key, height);
    }
    if (rows.length) this.#sums.clear();
  }

  /** @param {number} seq */
  of(seq) {
    return this.#known.get(String(seq)) ?? (this.#known.size ? this.#sum / this.#known.size : HIGH);
  }

  /**
   * Which of these stands at this height, and how far below it.
   * @param {{ seq: number }[]} entries
   * @param {[number, number]} range
   * @param {number} height
   */
  at(entries, [from, to], height) {
    let index = from;
    let top = -height;
    for (; index < to - 1 && top < 0; index += 1) top += this.of(entries[index].seq);
    return { seq: entries[index].seq, top };
  }

  /**
   * @param {{ seq: number }[]} entries
   * @param {number} from
   * @param {number} to
   */
  between(entries, from, to) {
    if (from >= to) return 0;
    const key = `${entries[from].seq} ${entries[to - 1].seq} ${to - from}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    let sum = 0;
    for (let index = from; index < to; index += 1) sum += this.of(entries[index].seq);
    if (this.#sums.size > 8) this.#sums.clear();
    this.#sums.set(key, sum);
    return sum;
  }
}

/** What has rows on the page, never over a hole. At the live end it has no second edge: what arrives is inside. */
export class Window {
  from = 0;
  to = Infinity;

  /** @param {Hubbub.Log | null} log  its end, with a screen of rows: more of them come when those are painted */
  toEnd(log) {
    this.to = Infinity;
    this.from = log?.entries[screenFrom(log, log.entries.length, -1)]?.seq ?? 0;
  }

  /**
   * Around a message, unless that is inside already.
   * @param {Hubbub.Log} log
   * @param {number} seq
   */
  toMessage(log, seq) {
    const index = Math.min(indexOf(log, seq), log.entries.length - 1);
    const entry = log.entries[index];
    if (!entry || !covers(log, seq) || (entry.seq >= this.from && entry.seq <= this.to)) return;
    const [low, high] = segmentAt(log, index);
    this.from = log.entries[Math.max(low, screenFrom(log, index, -1))].seq;
    this.#end(log, Math.min(high, screenFrom(log, index, 1)));
  }

  /**
   * The entries shown, trimmed on the side farther from the reader, and the run without a hole around them.
   * @param {Hubbub.Log} log
   * @param {number} here  the seq one reads at
   */
  range(log, here) {
    const count = log.entries.length;
    const [low, high] = segmentAt(log, this.to === Infinity ? count - 1 : Math.min(indexOf(log, this.from), count - 1));
    let end = this.to === Infinity ? count : Math.min(high, indexOf(log, this.to + 1));
    let start = Math.min(Math.max(low, indexOf(log, this.from)), end);
    if (end - start > LIMIT) {
      const place = indexOf(log, here);
      if (place - start > end - place) start = Math.max(start, Math.min(end - WINDOW, place - MARGIN));
      else end = Math.min(end, Math.max(start + WINDOW, place + MARGIN));
    }
    this.from = log.entries[start]?.seq ?? 0;
    this.#end(log, end);
    return { start, end, low, high };
  }

  /**
   * Whether all from its first row to the end of the log may have rows.
   * @param {Hubbub.Log} log
   */
  holds(log) {
    return this.to === Infinity && log.entries.length - indexOf(log, this.from) <= LIMIT;
  }

  /**
   * A step up or down.
   * @param {Hubbub.Log} log
   * @param {-1 | 1} direction
   * @param {number} here  the seq one reads at
   * @returns {{ before: number } | { after: number } | null} what has to be fetched first
   */
  grow(log, direction, here) {
    const { start, end, low, high } = this.range(log, here);
    if (direction < 0 && start > low) this.from = log.entries[Math.max(low, start - STEP)].seq;
    else if (direction < 0) return log.holes.has(log.entries[low].seq) ? { before: log.entries[low].seq } : null;
    else if (end < high) this.#end(log, Math.min(high, end + STEP));
    else return high < log.entries.length ? { after: log.entries[high - 1].seq } : null;
    return null;
  }

  /**
   * @param {Hubbub.Log} log
   * @param {number} end
   */
  #end(log, end) {
    this.to = end < log.entries.length ? log.entries[end - 1].seq : Infinity;
  }
}

/**
 * As many rows away from this one as there is room for, with nothing measured.
 * @param {Hubbub.Log} log
 * @param {number} index
 * @param {-1 | 1} direction
 */
function screenFrom(log, index, direction) {
  const { entries } = log;
  let [place, room] = [index, window.innerHeight];
  while (room > 0 && entries[place + direction]) {
    place += direction;
    const entry = entries[place];
    if (stands(log, entry)) room -= entry.by === entries[place - 1]?.by ? LINE : NAMED;
  }
  return place;
}

/** @param {HTMLElement} node */
export function show(node) {
  node.toggleAttribute('data-flash', true);
  node.focus({ preventScroll: true });
  window.setTimeout(() => node.toggleAttribute('data-flash', false), FLASH);
}
