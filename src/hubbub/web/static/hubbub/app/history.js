/** What lies further back: pages of a room, each fetched once at a time and forgotten when the room is left. It must not know the page. */

import { get, Refusal } from './net.js';
import { on, store } from './store.js';
import { PAGE, takePage } from './sync.js';

const REST = 2000;

/** @type {Map<string, Promise<boolean>>} what is on its way, by room and edge */
const running = new Map();
let visit = new AbortController();
let visited = '';

on('open', () => {
  if (store.open === visited) return;
  visited = store.open;
  visit.abort();
  visit = new AbortController();
  running.clear();
});

/**
 * One page next to a position, or around it; resolves to whether it is in the log.
 * @param {Pick<Hubbub.Asked, 'before' | 'after' | 'around'>} where
 * @returns {Promise<boolean>}
 */
export function load(where) {
  const room = store.open;
  const [[side, seq]] = Object.entries(where);
  const edge = `${room} ${side} ${side === 'around' ? seq : ''}`;
  const known = running.get(edge);
  if (known) return known;
  const started = fetched(room, `${side}=${seq}`, where);
  running.set(edge, started);
  void started.then(() => running.get(edge) === started && running.delete(edge));
  return started;
}

/**
 * @param {string} room
 * @param {string} query
 * @param {Pick<Hubbub.Asked, 'before' | 'after' | 'around'>} where
 */
async function fetched(room, query, where) {
  const { signal } = visit;
  try {
    /** @type {Hubbub.Page} */
    const page = await get(`rooms/${room}/messages?${query}&limit=${PAGE}`, { signal });
    return !signal.aborted && takePage(room, page, { ...where, limit: PAGE });
  } catch (error) {
    if (!signal.aborted && !(error instanceof Refusal)) throw error;
    if (!signal.aborted) await new Promise((resolve) => window.setTimeout(resolve, REST));
    return false;
  }
}
