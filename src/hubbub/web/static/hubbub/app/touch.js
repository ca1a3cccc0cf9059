/** A finger on a row: a long press opens what can be done, a pull aside answers. Scrolling always wins. It must not know what is done. */

const PRESS = 450;
const SLIP = 8;
const FAR = 56;
const MOST = 72;

/**
 * @typedef {object} Hooks
 * @property {(target: Element) => void} press
 * @property {(target: Element) => void} pull
 */

/**
 * @param {HTMLElement} list
 * @param {Hooks} hooks
 */
export function watchTouch(list, hooks) {
  list.addEventListener('pointerdown', (event) => {
    const row = event.target instanceof Element ? event.target.closest('article.msg') : null;
    if (event.pointerType === 'touch' && event.isPrimary && row instanceof HTMLElement) follow(event, row, hooks);
  });
}

/**
 * @param {PointerEvent} start
 * @param {HTMLElement} row
 * @param {Hooks} hooks
 */
function follow(start, row, hooks) {
  const target = /** @type {Element} */ (start.target);
  const done = new AbortController();
  let pulled = 0;
  let pulling = false;
  const timer = window.setTimeout(() => {
    stop();
    swallowClick();
    hooks.press(target);
  }, PRESS);
  const stop = () => {
    window.clearTimeout(timer);
    done.abort();
    row.style.removeProperty('--pull');
    row.toggleAttribute('data-pulled', false);
  };
  const moved = (/** @type {PointerEvent} */ event) => {
    const [across, along] = [aside(event.clientX - start.clientX), Math.abs(event.clientY - start.clientY)];
    if (!pulling && Math.hypot(across, along) <= SLIP) return;
    window.clearTimeout(timer);
    pulling ||= across > along;
    if (!pulling || event.pointerId !== start.pointerId) return stop();
    pulled = Math.min(MOST, Math.max(0, across));
    row.style.setProperty('--pull', `${aside(pulled)}px`);
    row.toggleAttribute('data-pulled', pulled >= FAR);
  };
  const left = () => {
    stop();
    if (pulled >= FAR) hooks.pull(target);
  };
  const options = { signal: done.signal, capture: true };
  window.addEventListener('pointermove', moved, options);
  window.addEventListener('pointerup', left, options);
  for (const name of ['pointercancel', 'scroll']) window.addEventListener(name, stop, options);
}

/** The finger that goes up after a press must not press what the press has put under it. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  const next = () => window.removeEventListener('click', swallow, { capture: true });
  window.addEventListener('pointerdown', next, { capture: true, once: true });
}

/**
 * Towards the start of the line: to the left, or to the right where lines begin there.
 * @param {number} by
 */
function aside(by) {
  return document.documentElement.dir === 'rtl' ? by : -by;
}
