/** Keeps rooms true: frames in, pages and gaps fetched, read positions out. It must not know the page. */

import { get, Refusal, tell } from './net.js';
import { addPage, inherit, openLog } from './roomlog.js';
import {
  announce,
  dropRoom,
  me,
  openRoom,
  store,
  takeEvent,
  takePresence,
  takeRead,
  takeRoom,
  takeTyping,
} from './store.js';

/** @typedef {import('./socket.js').Connection} Connection */
/** @typedef {import('./outbox.js').Outbox} Outbox */
/** @typedef {import('./idb.js').Keep} Keep */

export const PAGE = 60;

/** @type {Connection | null} */
let connection = null;
/** @type {Outbox} */
let outbox;
/** @type {Keep} */
let keep;
/** @type {Map<string, Promise<unknown>>} what is being fetched, by what it is */
const fetching = new Map();
let followed = '';

/**
 * @param {Connection | null} socket  none for a visitor
 * @param {Outbox} box
 * @param {Keep} kept
 */
export function start(socket, box, kept) {
  connection = socket;
  outbox = box;
  keep = kept;
}

/** The positions to resume from: the rooms whose log is loaded. */
export function resume() {
  const followed = [...store.logs.values()].filter((log) => store.rooms.get(log.room)?.member && !log.stale);
  return { epoch: store.epoch, rooms: Object.fromEntries(followed.map((log) => [log.room, log.hi])) };
}

/** @type {Record<string, (frame: Hubbub.Frame, room: string) => void>} */
const takes = {
  ready: (frame) => takeReady(frame),
  event: (frame) => frame.event && takeOne(frame.event),
  synced: () => {},
  reset: (frame, room) => reset(room, frame.epoch ?? store.epoch),
  ack: (frame) => void outbox.acked(/** @type {Hubbub.Ack} */ (/** @type {unknown} */ (frame))),
  presence: (frame, room) => takePresence(room, frame),
  typing: (frame, room) => takeTyping(room, String(frame.user)),
  read: (frame, room) => takeRead(room, { seq: frame.seq ?? 0, unread: frame.unread, mentions: frame.mentions }),
  room: (frame) => takeChanged(/** @type {Hubbub.Room} */ (frame.room)),
  revoked: (_, room) => revoke(room),
  pong: (frame) => void later().then(({ compare }) => compare(frame.heads ?? {})),
};

/** @param {Hubbub.Frame} frame */
export function takeFrame(frame) {
  takes[frame.type]?.(frame, typeof frame.room === 'string' ? frame.room : '');
}

/**
 * The room as it was last seen in this browser, if that is newer than what is in memory.
 * @param {string} id
 */
export async function recall(id) {
  const kept = await import('./cache.js').then((cache) => cache.recall(keep, id)).catch(() => null);
  const known = store.logs.get(id);
  if (!kept || (known && (known.stale || known.hi >= kept.hi))) return;
  store.logs.set(id, inherit(kept, known));
  tidy(id);
  announce('afresh', id);
}

/**
 * The room comes on screen: from memory at once, else its newest page.
 * @param {string} id
 */
export async function visit(id) {
  const known = store.logs.get(id);
  if (!known || known.stale) await newest(id);
  else if ((store.rooms.get(id)?.head ?? 0) > known.hi) void fill(id);
  follow();
  if (!store.members.has(id))
    void once(`members ${id}`, () => later().then(({ loadMembers }) => loadMembers(id))).catch(() => {});
}

/** Follow the room on screen if the server does not send it by itself. */
export function follow() {
  const room = openRoom();
  const log = room && store.logs.get(room.id);
  if (followed && followed !== room?.id) connection?.send({ type: 'unsub', room: followed });
  followed = '';
  if (!room || room.member || !log || !connection?.online) return;
  if (connection.send({ type: 'sub', room: room.id, after: log.hi })) followed = room.id;
}

/**
 * A page of the past.
 * @param {string} id
 * @param {Hubbub.Page} page
 * @param {Hubbub.Asked} asked
 * @returns {boolean} whether it could be used
 */
export function takePage(id, page, asked) {
  const log = store.logs.get(id);
  if (!log) return false;
  const patch = addPage(log, page, asked);
  if (patch.stale && page.epoch !== log.epoch) reset(id, page.epoch);
  if (patch.stale) return false;
  tidy(id);
  announce('log', id, patch);
  return true;
}

/**
 * The newest page, in place of whatever was there.
 * @param {string} id
 */
export function newest(id) {
  return once(`newest ${id}`, async () => {
    /** @type {Hubbub.Page} */
    const page = await get(`rooms/${id}/messages?limit=${PAGE}`);
    if (outbox.of(id).some((item) => item.op === 'send' && item.state === 'queued'))
      await later().then(({ recognise }) => recognise(id, page));
    install(id, page);
    announce('afresh', id);
  });
}

/**
 * @param {string} id
 * @param {Hubbub.Page} page
 */
export function install(id, page) {
  store.logs.set(id, inherit(openLog(id, page, PAGE), store.logs.get(id)));
  store.epoch = page.epoch;
  tidy(id);
}

/**
 * What the log already shows is under way no longer.
 * @param {string} id
 */
export function tidy(id) {
  const log = store.logs.get(id);
  for (const { client_id } of outbox?.of(id) ?? []) {
    const entry = log?.entries.findLast((one) => one.client_id === client_id);
    if (entry) void outbox.acked({ client_id, room: id, seq: entry.seq, id: entry.id, duplicate: true });
  }
  forget(id, log);
}

/**
 * @param {string} id
 * @param {Hubbub.Log | undefined} log  without one there is nobody to wait for
 */
function forget(id, log) {
  for (const item of outbox?.of(id) ?? []) {
    const there = item.op === 'send' ? !log || log.byId.has(item.id ?? '') : !log || log.hi >= (item.seq ?? Infinity);
    if (item.state === 'sent' && there) outbox.seen(item.client_id);
  }
}

/**
 * @param {string} id
 * @param {number} seq
 * @param {boolean} [unread]  move back on purpose
 */
export async function sendRead(id, seq, unread = false) {
  if (!unread && connection?.send({ type: 'read', room: id, seq })) return;
  await tell('PUT', `rooms/${id}/read`, unread ? { seq, unread } : { seq }).catch(() => {});
}

/**
 * An operation by the socket, or by HTTP when there is none.
 * @param {Hubbub.Item} item
 * @returns {Promise<Hubbub.Delivery>}
 */
export async function deliver(item) {
  const { client_id, room, op } = item;
  const operation = { op, client_id, ...chosen(item) };
  if (connection?.stopped === 'signed_out') return { kind: 'later', after: null };
  if (connection?.online) return connection.op({ room, ...operation });
  try {
    const ack = /** @type {Hubbub.Ack} */ (await tell('POST', `rooms/${room}/ops`, operation));
    return { kind: 'acked', ack };
  } catch (error) {
    const trouble = error instanceof Refusal ? error : null;
    if (!trouble || trouble.passing || trouble.trouble.status === 401)
      return { kind: 'later', after: trouble?.trouble.after ?? null, slow: trouble?.trouble.code === 'rate_limited' };
    return { kind: 'refused', code: trouble.trouble.code, detail: trouble.trouble.detail };
  }
}

/**
 * Only the fields that the operation has: the server refuses others.
 * @param {Hubbub.Item} item
 */
function chosen({ op, body, reply_to, target, emoji }) {
  if (op === 'send') return reply_to ? { body, reply_to } : { body };
  if (op === 'edit') return { target, body };
  return op === 'delete' ? { target } : { target, emoji };
}

/** @param {Hubbub.Frame} frame */
function takeReady({ rooms = [], epoch = '' }) {
  for (const room of rooms) takeRoom(room);
  lose(rooms);
  for (const log of [...store.logs.values()]) review(log, epoch);
  store.epoch = epoch;
  const open = store.logs.get(store.open);
  if (open?.stale || (store.open && !open)) void newest(store.open).then(follow, () => {});
  else follow();
  void outbox.kick();
}

/**
 * A log of another epoch is worth nothing; one that nobody followed has a hole of unknown size.
 * @param {Hubbub.Log} log
 * @param {string} epoch
 */
function review(log, epoch) {
  if (log.epoch !== epoch) log.stale = true;
  if (!store.rooms.get(log.room)?.member && log.room !== store.open) store.logs.delete(log.room);
}

/** @param {Hubbub.RoomEvent} event */
export function takeOne(event) {
  const gap = takeEvent(event);
  if (event.client_id && event.by === me()) settle(event);
  tidy(event.room);
  if (gap && !store.logs.get(event.room)?.stale) void fill(event.room);
}

/** @param {Hubbub.RoomEvent} event */
function settle(event) {
  const client_id = event.client_id ?? '';
  void outbox.acked({
    client_id,
    room: event.room,
    seq: event.seq,
    id: event.id ?? event.target ?? '',
    duplicate: false,
  });
}

/**
 * The way from here to there is lost: start again from the newest page.
 * @param {string} id
 * @param {string} epoch
 */
export function reset(id, epoch) {
  store.epoch = epoch;
  const log = store.logs.get(id);
  if (log) log.stale = true;
  if (id === store.open) void newest(id).then(follow, () => {});
}

/** @param {Hubbub.Room} room */
function takeChanged(room) {
  takeRoom(room);
  const log = store.logs.get(room.id);
  if (log && room.head > log.hi) void fill(room.id);
  announce('members', room.id);
}

/** @param {string} id */
function revoke(id) {
  const room = store.rooms.get(id);
  if (!room) return;
  const open = store.open === id;
  dropRoom(id);
  if (open) announce('afresh', id);
}

/** @param {string} id */
function fill(id) {
  return later().then((catchup) => catchup.fill(id));
}

/** What is needed only when something was missed. */
function later() {
  return import('./catchup.js');
}

/** The server has left us behind. */
export function again() {
  connection?.again();
}

/** @param {Hubbub.Room[]} rooms  all that are left */
export function lose(rooms) {
  const seen = new Set(rooms.map((room) => room.id));
  for (const room of [...store.rooms.values()]) if (room.member && !seen.has(room.id)) revoke(room.id);
}

/**
 * The same thing is fetched once at a time.
 * @template T
 * @param {string} key
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export function once(key, work) {
  const running = /** @type {Promise<T> | undefined} */ (fetching.get(key));
  if (running) return running;
  const started = work().finally(() => fetching.delete(key));
  fetching.set(key, started);
  return started;
}
