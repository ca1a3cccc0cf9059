/** How much of the past stays in memory: the newest messages of each room; the rest is fetched again when somebody goes there. It must not know the page. */

import { on, store } from './store.js';

/** Of a room that nobody looks at, and of the one on screen while its end is in view: so many stay once there are more. */
const ELSEWHERE = { most: 300, stay: 200 };
const HERE = { most: 3000, stay: 1500 };
const TAIL = 100;

/** @param {{ stuck: boolean }} timeline  whether it stands at its end */
export function watchMemory(timeline) {
  let open = store.open;
  on('log', (room) => {
    const limit = room === store.open ? HERE : ELSEWHERE;
    if (limit === ELSEWHERE || timeline.stuck) shorten(room, limit);
  });
  on('open', () => {
    if (open !== store.open) shorten(open, ELSEWHERE);
    open = store.open;
  });
}

/**
 * @param {string} room
 * @param {{ most: number, stay: number }} limit
 */
function shorten(room, { most, stay }) {
  const log = store.logs.get(room);
  if (log && log.entries.length > most) trim(log, stay);
}

/**
 * Takes away all but the newest; what those answer stays, with a hole on either side.
 * @param {Hubbub.Log} log
 * @param {number} stay
 */
export function trim(log, stay) {
  const gone = log.entries.splice(0, Math.max(0, log.entries.length - stay));
  if (!gone.length) return;
  const answered = new Set(log.entries.map((entry) => entry.reply_to));
  const quoted = gone.filter((entry) => answered.has(entry.id));
  for (const entry of gone) if (!answered.has(entry.id)) forget(log, entry);
  log.entries.unshift(...quoted);
  for (const { seq } of log.entries.slice(0, quoted.length + 1)) log.holes.add(seq);
  const old = log.tail.splice(0, Math.max(0, log.tail.length - TAIL));
  log.tailFrom = old.at(-1)?.seq ?? log.tailFrom;
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
function forget(log, { id, seq, deleted, reply_to }) {
  log.byId.delete(id);
  log.holes.delete(seq);
  if (deleted || !reply_to) return;
  const left = (log.replies.get(reply_to) ?? 0) - 1;
  if (left > 0) log.replies.set(reply_to, left);
  else log.replies.delete(reply_to);
}
