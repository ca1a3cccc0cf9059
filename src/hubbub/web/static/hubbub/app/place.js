/** Where one reads: the end one stays at, or the row that must not move. It must not know messages. */

const HOLD = 1600;

const NEAR = 80;

/** @typedef {{ node: Element, top: number | null }} Goal */

export class Place {
  /** Whether the view stays at the end; only the reader changes it. */
  stuck = true;
  #scroller;
  #list;
  #hooks;
  #ours = 0;
  /** @type {{ node: HTMLElement, top: number } | null} */
  #anchor = null;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list
   * @param {{ moved: () => void, atLiveEnd: () => boolean }} hooks  `moved`: by the reader
   */
  constructor(scroller, list, hooks) {
    this.#scroller = scroller;
    this.#list = list;
    this.#hooks = hooks;
    scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    scroller.addEventListener('wheel', ({ deltaY }) => this.#pulled(deltaY), { passive: true });
    const watch = new ResizeObserver(() => this.settle());
    watch.observe(scroller);
    watch.observe(list);
  }

  get anchor() {
    return this.#anchor;
  }

  get below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  get above() {
    return this.#scroller.scrollTop;
  }

  get height() {
    return this.#scroller.clientHeight;
  }

  forget() {
    this.#anchor = null;
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

  /** Remembers the row at the upper edge and where it stands. */
  hold() {
    const edge = this.#scroller.getBoundingClientRect().top;
    const children = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#list.children);
    let low = 0;
    let high = children.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (children[middle].getBoundingClientRect().bottom <= edge) low = middle + 1;
      else high = middle;
    }
    while (low < children.length - 1 && !children[low].hasAttribute('data-seq')) low += 1;
    const node = children[low];
    this.#anchor = node ? { node, top: node.getBoundingClientRect().top - edge } : null;
  }

  /** Puts the view back where it belongs after heights have changed. */
  settle() {
    if (this.stuck) return this.#scrollTo(this.#scroller.scrollHeight);
    if (!this.#anchor?.node.isConnected) return;
    const drift = this.#topOf(this.#anchor.node) - this.#anchor.top;
    if (Math.abs(drift) >= 0.5) this.#scrollTo(this.#scroller.scrollTop + drift);
  }

  /**
   * Goes to a row: to a quarter of the height, or to where it stood.
   * @param {Goal} goal
   */
  land({ node, top }) {
    this.stuck = false;
    this.#scrollTo(this.#scroller.scrollTop + this.#topOf(node) - (top ?? this.#scroller.clientHeight / 4));
    this.stuck = this.below <= NEAR && this.#hooks.atLiveEnd();
    this.hold();
  }

  /** @param {Element} node */
  #topOf(node) {
    return node.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }

  /** @param {number} top */
  #scrollTo(top) {
    this.#scroller.scrollTop = top;
    this.#ours = this.#scroller.scrollTop;
  }

  /** @param {number} by */
  #pulled(by) {
    if (by >= 0 || this.#scroller.scrollTop <= 0) return;
    this.stuck = false;
    this.hold();
  }

  #scrolled() {
    if (Math.abs(this.#scroller.scrollTop - this.#ours) < 1) return;
    this.#ours = -1;
    this.stuck = this.below <= NEAR && this.#hooks.atLiveEnd();
    this.hold();
    this.#hooks.moved();
  }
}

/** @param {HTMLElement} node */
export function flash(node) {
  node.toggleAttribute('data-flash', true);
  node.focus({ preventScroll: true });
  window.setTimeout(() => node.toggleAttribute('data-flash', false), HOLD);
}
