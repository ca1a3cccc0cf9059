/** Tells others that one types: at most every three seconds, and what was typed in between at the end of them. It must not know the words. */

import { chosen, store } from './store.js';

const PAUSE = 3000;
const CROWD = 100;

/** While it runs nobody is told again; then whoever types in the same room still is. */
let resting = 0;
let typed = '';

/** @param {Hubbub.App} app */
export function watchTyping(app) {
  app.composer.field.addEventListener('input', () => told(app));
}

/** @param {Hubbub.App} app */
function told(app) {
  const { field } = app.composer;
  typed = store.open;
  if (resting || crowded() || chosen('typing') === 'off' || !isSentence(field.value)) return;
  typed = '';
  app.connection?.send({ type: 'typing', room: store.open });
  resting = window.setTimeout(() => {
    resting = 0;
    if (typed && typed === store.open) told(app);
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
