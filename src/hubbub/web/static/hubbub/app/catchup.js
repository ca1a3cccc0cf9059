/** Ways back to the present when something was missed: gaps, heads, pages, polls. It must not know the page. */

import { get, Refusal } from './net.js';
import { store, takeMembers, takeRoom } from './store.js';
import { again, lose, once, reset, takeOne } from './sync.js';

const EVENTS = 500;
const FAR = 4;
const BEHIND = 10_000;

/** @type {Map<string, number>} since when a room is behind */
const behind = new Map();

/**
 * Fetch what is missing between the log and the present.
 * @param {string} id
 */
export function fill(id) {
  return once(`fill ${id}`, async () => {
    const far = (store.rooms.get(id)?.head ?? 0) - (store.logs.get(id)?.hi ?? 0) > FAR * EVENTS;
    for (let pages = 0; pages < FAR && !far; pages += 1) if (await filled(id)) return;
    reset(id, store.epoch);
  }).catch((error) => {
    if (error instanceof Refusal && error.trouble.code === 'gone') reset(id, store.epoch);
  });
}

/**
 * @param {string} id
 * @returns {Promise<boolean>} whether nothing is missing now
 */
async function filled(id) {
  const log = store.logs.get(id);
  if (!log || log.stale) return true;
  /** @type {{ epoch: string, events: Hubbub.RoomEvent[] }} */
  const page = await get(`rooms/${id}/events?after=${log.hi}&limit=${EVENTS}`);
  const same = page.epoch === log.epoch;
  if (!same) reset(id, page.epoch);
  for (const event of same ? page.events : []) takeOne(event);
  return !same || page.events.length < EVENTS;
}

/**
 * A room that stays behind for long was left behind: the connection begins anew.
 * @param {Record<string, number>} heads
 */
export function compare(heads) {
  const now = Date.now();
  for (const [id, head] of Object.entries(heads)) {
    const log = store.logs.get(id);
    if (!log || log.stale || log.hi >= head) {
      behind.delete(id);
      continue;
    }
    const since = behind.get(id) ?? now;
    behind.set(id, since);
    void fill(id);
    if (now - since > BEHIND) again();
  }
}

/**
 * All that one may see, as plain HTTP tells it.
 * @param {Hubbub.Room[]} rooms
 */
export function takeRooms(rooms) {
  for (const room of rooms) {
    const known = store.rooms.get(room.id);
    if (JSON.stringify({ ...known, ...room }) !== JSON.stringify(known)) takeRoom(room);
    const log = store.logs.get(room.id);
    if (log && !log.stale && room.head > log.hi) void fill(room.id);
  }
  lose(rooms);
}

/** @param {string} id */
export async function loadMembers(id) {
  /** @type {{ members: Hubbub.Member[] }} */
  const { members } = await get(`rooms/${id}/members`);
  takeMembers(id, members);
}

/**
 * Words whose answer was lost may be in the page already: their own ids, which only events tell, say so.
 * @param {string} id
 * @param {Hubbub.Page} page
 */
export async function recognise(id, page) {
  /** @type {{ events: Hubbub.RoomEvent[] }} */
  const { events } = await get(`rooms/${id}/events?after=${Math.max(0, page.seq - EVENTS)}&limit=${EVENTS}`).catch(
    () => ({ events: [] }),
  );
  const mine = new Map(events.map((event) => [event.id, event.client_id]));
  for (const message of page.messages) message.client_id = mine.get(message.id) ?? null;
}
