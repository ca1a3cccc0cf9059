/** Tells others that one types: at most every three seconds, and what was typed in between at the end of them. It must not know the words. */

import { chosen, store } from './store.js';
import { sendTyping } from './sync.js';

const PAUSE = 3000;
const CROWD = 100;

/** While it runs nobody is told again; then whoever types in the same room still is. */
let resting = 0;
let typed = '';

/** @param {import('./composer.js').Composer} composer */
export function watchTyping({ field }) {
  field.addEventListener('input', () => told(field));
}

/** @param {HTMLTextAreaElement} field */
function told(field) {
  typed = store.open;
  if (resting || crowded() || chosen('typing') === 'off' || !isSentence(field.value)) return;
  typed = '';
  sendTyping(store.open);
  resting = window.setTimeout(() => {
    resting = 0;
    if (typed && typed === store.open) told(field);
  }, PAUSE);
}

/** Where many are nobody is told. */
function crowded() {
  return (store.online.get(store.open)?.size ?? 0) > CROWD;
}

/**
 * Neither nothing nor a command.
 * @param {string} text
 */
function isSentence(text) {
  return /^\s*[^\s/]/.test(text);
}
