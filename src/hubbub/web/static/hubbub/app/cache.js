/** Rooms as they were last seen, kept in this browser: opened from here at once, then brought up to date. It must not know the page. */

import { restore } from './roomlog.js';
import { me, on, store } from './store.js';

const ROOMS = 50;
const MESSAGES = 200;
const PAUSE = 1500;
const INDEX = '';

/** @typedef {import('./idb.js').Keep} Keep */
/** @typedef {{ room: string, epoch: string, hi: number, whole: boolean, entries: Hubbub.Entry[] }} Kept */

/** @type {Set<string>} rooms whose log has changed since it was kept */
const changed = new Set();
let timer = 0;
/** Nothing is kept once it has been wiped. */
let wiped = false;

/** @param {Keep} keep */
export function watchLogs(keep) {
  const note = (/** @type {string} */ room) => {
    changed.add(room);
    timer ||= window.setTimeout(() => void save(keep), PAUSE);
  };
  for (const topic of /** @type {const} */ (['log', 'afresh'])) on(topic, note);
  on('lost', (room) => void forget(keep, room));
  on('conn', () => void prune(keep));
  document.addEventListener('visibilitychange', () => document.hidden && void save(keep));
  window.addEventListener('pagehide', () => void save(keep));
  for (const room of store.logs.keys()) note(room);
}

/**
 * The room as it was last seen, if it was in this life of the server's log.
 * @param {Keep} keep
 * @param {string} room
 * @returns {Promise<Hubbub.Log | null>}
 */
export async function recall(keep, room) {
  const kept = /** @type {Kept | undefined} */ (await keep.get('rooms', room));
  if (!kept || kept.epoch !== store.epoch || !store.rooms.has(room)) return null;
  return restore(kept);
}

/**
 * What is not the reader's any more leaves this browser.
 * @param {Keep} keep
 * @param {string} room
 */
async function forget(keep, room) {
  changed.delete(room);
  await keep.drop('rooms', room);
}

/** @param {Keep} keep */
export async function wipe(keep) {
  wiped = true;
  await keep.clear('rooms');
}

/**
 * Rooms that were lost while nobody looked; all of them when the server began a new life.
 * @param {Keep} keep
 */
async function prune(keep) {
  const { order, epoch } = await index(keep);
  if (epoch !== undefined && epoch !== store.epoch) return keep.clear('rooms');
  for (const room of order) if (!store.rooms.has(room)) await forget(keep, room);
}

/** @param {Keep} keep */
async function save(keep) {
  window.clearTimeout(timer);
  timer = 0;
  const rooms = [...changed].filter((room) => store.rooms.has(room));
  changed.clear();
  if (wiped || !rooms.length || !me()) return;
  await prune(keep); // before the index is of this life of the log
  for (const room of rooms) {
    const log = store.logs.get(room);
    if (log && !log.stale) await keep.put('rooms', room, excerpt(log));
  }
  await limit(keep, rooms);
}

/**
 * The newest messages of a log, without a hole.
 * @param {Hubbub.Log} log
 * @returns {Kept}
 */
function excerpt({ room, epoch, hi, entries, holes }) {
  const hole = entries.findLastIndex((entry) => holes.has(entry.seq));
  const from = Math.max(0, hole, entries.length - MESSAGES);
  return { room, epoch, hi, whole: from === 0 && hole < 0, entries: entries.slice(from) };
}

/**
 * The most recent rooms stay.
 * @param {Keep} keep
 * @param {string[]} rooms  that were kept just now
 */
async function limit(keep, rooms) {
  const known = await index(keep);
  const order = [...rooms, ...known.order.filter((room) => !rooms.includes(room))];
  for (const room of order.splice(ROOMS)) await keep.drop('rooms', room);
  await keep.put('rooms', INDEX, { order, epoch: store.epoch });
}

/**
 * @param {Keep} keep
 * @returns {Promise<{ order: string[], epoch?: string }>}
 */
async function index(keep) {
  return (await keep.get('rooms', INDEX)) ?? { order: [] };
}
