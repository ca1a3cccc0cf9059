/** Reads what the server put into the page; it must not know what is made of it. */

/** @returns {Hubbub.Boot} */
export function readBoot() {
  const island = document.querySelector('script[type="application/json"][id="boot"]');
  return JSON.parse(island?.textContent ?? '{}');
}

/**
 * The last two years of browsers; others get a plain sentence from the server's skeleton.
 * @returns {boolean}
 */
export function canRun() {
  return typeof AbortSignal.any === 'function' && typeof HTMLDialogElement === 'function' && 'findLast' in Array.prototype;
}
