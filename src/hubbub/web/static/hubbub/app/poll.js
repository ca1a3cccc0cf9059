/** The chat by plain HTTP, for networks that let no WebSocket through: rooms are asked for what is new until a socket opens. It must not know the page. */

import { takeRooms } from './catchup.js';
import { get, tell } from './net.js';
import { backoff } from './socket.js';
import { on, store } from './store.js';
import { takeFrame } from './sync.js';

const PATIENCE = 2500;
/** Less than the patience of a request. */
const WAIT = 10_000;

/** @typedef {import('./socket.js').Connection} Connection */

/**
 * Stands in whenever the socket is away for longer than a moment and has been tried again.
 * @param {Connection} connection
 */
export function standBy(connection) {
  let waiting = 0;
  let running = false;
  const begin = async () => {
    waiting = 0;
    if (running) return;
    running = true;
    await run(connection);
    running = false;
  };
  const watch = () => {
    if (connection.online || connection.stopped) {
      window.clearTimeout(waiting);
      waiting = 0;
    } else waiting ||= window.setTimeout(begin, Math.max(0, connection.next - Date.now()) + PATIENCE);
  };
  on('conn', watch);
  watch();
}

/** @param {Connection} connection */
async function run(connection) {
  let begun = false;
  for (let tries = 0; !connection.online && !connection.stopped; ) {
    /** @type {number | null} */
    const pause = await (begun ? news() : begin()).catch(() => null);
    begun = pause !== null;
    if (connection.online || connection.stopped) break;
    connection.carry(begun);
    tries = begun ? 0 : tries + 1;
    await moment(pause ?? 500 + backoff(tries, Math.random()));
  }
  connection.carry(false);
}

/** @returns {Promise<number>} how long to pause */
async function begin() {
  /** @type {{ rooms: Hubbub.Room[] }} */
  const { rooms } = await get('rooms');
  takeRooms(rooms);
  return 0;
}

/**
 * The answer comes when there is something new, or after a while without.
 * @returns {Promise<number>} how long to pause
 */
async function news() {
  const rooms = [...store.rooms.values()];
  const member = rooms.filter((room) => room.member);
  const open = rooms.filter((room) => !room.member && room.id === store.open);
  const asked = {
    epoch: store.epoch,
    rooms: Object.fromEntries(member.map((room) => [room.id, position(room)])),
    subs: Object.fromEntries(open.map((room) => [room.id, position(room)])),
    reads: Object.fromEntries(member.map((room) => [room.id, room.read])),
    wait_ms: WAIT,
  };
  /** @type {{ frames: Hubbub.Frame[], again_ms: number }} */
  const { frames, again_ms: pause } = await tell('POST', 'poll', asked);
  for (const frame of frames) takeFrame(frame);
  return pause;
}

/** @param {Hubbub.Room} room  how far it is known */
function position({ id, head }) {
  const log = store.logs.get(id);
  return log && !log.stale ? log.hi : head;
}

/**
 * Ends early when the reader comes back or the network does.
 * @param {number} length
 * @returns {Promise<void>}
 */
function moment(length) {
  return new Promise((resolve) => {
    const heard = new AbortController();
    const done = () => {
      heard.abort();
      window.clearTimeout(timer);
      resolve();
    };
    const timer = window.setTimeout(done, length);
    window.addEventListener('online', done, { signal: heard.signal });
    document.addEventListener('visibilitychange', done, { signal: heard.signal });
  });
}
