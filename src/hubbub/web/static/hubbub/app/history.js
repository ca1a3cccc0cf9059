/** What lies further back: pages of a room, each fetched once at a time and forgotten when the room is left. It must not know the rows. */

import { get, Refusal } from './net.js';
import { firstUnread } from './roomlog.js';
import { me, on, openRoom, store } from './store.js';
import { PAGE, takePage } from './sync.js';

const REST = 2000;

/** @type {Map<string, Promise<boolean>>} what is on its way, by room and edge */
const running = new Map();
let visit = new AbortController();
let visited = store.open;

on('open', () => {
  if (store.open === visited) return;
  visited = store.open;
  visit.abort();
  visit = new AbortController();
  running.clear();
});

on('log', (room, patch) => {
  const log = store.logs.get(room);
  if (room !== store.open || !patch?.live || !log) return;
  for (const { seq, reply_to } of patch.added) if (reply_to && !log.byId.has(reply_to)) void quoted(room, seq);
});

/**
 * The page of one answer brings what it answers.
 * @param {string} room
 * @param {number} seq
 */
async function quoted(room, seq) {
  const where = { after: seq - 1, limit: 1 };
  const query = `after=${where.after}&limit=${where.limit}`;
  const page = await get(`rooms/${room}/messages?${query}`, { signal: visit.signal }).catch(() => null);
  if (page && !visit.signal.aborted) takePage(room, /** @type {Hubbub.Page} */ (page), where);
}

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

/**
 * More was missed than is loaded: what lies around the first of it is fetched.
 * @param {Hubbub.App} app
 */
export async function towardsUnread(app) {
  const room = /** @type {Hubbub.Room} */ (openRoom());
  const { read } = room;
  await app.timeline.goTo(read + 1);
  const log = store.logs.get(room.id);
  const first = log && firstUnread(log, { read, unread: room.unread }, me());
  if (!first || store.open !== room.id) return;
  app.timeline.divide(first);
  await app.timeline.goTo(first);
}
