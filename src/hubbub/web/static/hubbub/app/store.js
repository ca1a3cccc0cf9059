/** What the client knows: me, rooms, logs, who is online, who types. It must not know the page or the network. */

import { mentions } from './fmt.js';
import { apply } from './roomlog.js';

const TYPING = 6000;

/** `rooms`: what a room is; `counts`: how far it has come, and what of it is read. */
/** @typedef {'rooms' | 'counts' | 'open' | 'moved' | 'afresh' | 'log' | 'outbox' | 'presence' | 'typing' | 'conn' | 'lost' | 'members' | 'drafts'} Topic */
/** @typedef {(room: string, patch?: Hubbub.Patch) => void} Listener */

/** @type {Map<Topic, Set<Listener>>} */
const listeners = new Map();

/**
 * @param {Topic} topic
 * @param {Listener} listener
 */
export function on(topic, listener) {
  const all = listeners.get(topic) ?? new Set();
  listeners.set(topic, all.add(listener));
  return () => all.delete(listener);
}

/**
 * @param {Topic} topic
 * @param {string} [room]
 * @param {Hubbub.Patch} [patch]
 */
export function announce(topic, room = '', patch = undefined) {
  for (const listener of listeners.get(topic) ?? []) listener(room, patch);
}

export const store = {
  boot: /** @type {Hubbub.Boot} */ (/** @type {unknown} */ (null)),
  epoch: '',
  /** @type {Map<string, Hubbub.Room>} */
  rooms: new Map(),
  /** @type {Map<string, Hubbub.Log>} */
  logs: new Map(),
  /** @type {Map<string, Set<string>>} */
  online: new Map(),
  /** @type {Map<string, Hubbub.Member[]>} */
  members: new Map(),
  /** @type {Map<string, Map<string, number>>} room to who types until when */
  typing: new Map(),
  /** @type {Set<string>} rooms in which words wait to be finished */
  drafts: new Set(),
  /** The room on screen; empty while there is none. */
  open: '',
};

/** @param {Hubbub.Boot} boot */
export function fill(boot) {
  store.boot = boot;
  store.epoch = boot.epoch;
  for (const room of boot.rooms) store.rooms.set(room.id, room);
  if (!boot.room) return;
  store.rooms.set(boot.room.id, boot.room);
  store.open = boot.room.id;
  if (boot.members) takeMembers(boot.room.id, boot.members);
}

/**
 * What was chosen in this browser, or nothing.
 * @param {'enter' | 'typing' | 'folded' | 'recent'} name
 */
export function chosen(name) {
  return localStorage.getItem(`hubbub ${name}`) ?? '';
}

export function me() {
  return store.boot.me?.username ?? '';
}

export function openRoom() {
  return store.rooms.get(store.open);
}

/**
 * What people call the room.
 * @param {Hubbub.Room} room
 * @param {string} notes  the words for a room with nobody else in it
 */
export function titleOf(room, notes) {
  if (room.kind !== 'direct') return room.name;
  return companions(room).join(', ') || notes;
}

/** @param {Hubbub.Room} room */
export function companions(room) {
  return (room.usernames ?? []).filter((name) => name !== me());
}

/**
 * @param {Hubbub.Room} room
 * @param {number} [at]  the seq of a message in it
 */
export function hrefOf(room, at = 0) {
  const place = room.kind === 'direct' ? `-/${room.id}` : encodeURIComponent(room.name);
  return `${store.boot.urls.chat}${place}/${at ? `?at=${at}` : ''}`;
}

/** @param {string} name */
export function roomNamed(name) {
  const wanted = fold(name);
  return [...store.rooms.values()].find((room) => room.kind !== 'direct' && fold(room.name) === wanted);
}

/** @param {string} text */
export function fold(text) {
  return text.normalize('NFC').trim().toLowerCase();
}

/**
 * Why one may not speak here, or nothing if one may.
 * @param {Hubbub.Room} room
 * @returns {'visitor' | 'archived' | 'managers' | null}
 */
export function hindrance(room) {
  if (!store.boot.me) return 'visitor';
  if (room.archived) return 'archived';
  if (room.kind === 'announcement' && !manages(room)) return 'managers';
  return null;
}

/** @param {Hubbub.Room} room */
export function manages(room) {
  if (room.kind === 'direct') return false;
  return room.role === 'manager' || Boolean(store.boot.me?.admin);
}

/** @param {Hubbub.Room} room */
export function takeRoom(room) {
  const known = store.rooms.get(room.id);
  // What happened in it while nobody listened is later than anything known.
  const later = known && room.head > known.head ? { last_at: new Date().toISOString() } : {};
  store.rooms.set(room.id, { ...known, ...later, ...room });
  announce('rooms', room.id);
}

/** @param {string} id */
export function dropRoom(id) {
  for (const known of [store.rooms, store.logs, store.online, store.members, store.typing]) known.delete(id);
  announce('rooms', id);
  announce('lost', id);
}

/**
 * One event of the log: it counts once for the badge, and goes into the room's log if that is loaded.
 * @param {Hubbub.RoomEvent} event
 * @returns {boolean} whether something between is missing
 */
export function takeEvent(event) {
  const room = store.rooms.get(event.room);
  const log = store.logs.get(event.room);
  const patch = log && apply(log, event);
  if (room && event.seq > room.head) count(room, event);
  if (event.type === 'message') forgetTyping(event.room, event.by);
  if (!patch) return false;
  for (const one of patch.people) takePerson(event.room, one);
  announce('log', event.room, patch);
  return patch.gap;
}

/**
 * @param {Hubbub.Room} room
 * @param {Hubbub.RoomEvent} event
 */
function count(room, event) {
  room.head = event.seq;
  if (event.type !== 'message') return;
  room.last_at = event.at;
  const joins = event.by === me() && !room.member && room.kind === 'public';
  if (joins) room.member = true;
  if (event.by !== me() && event.seq > room.read) {
    room.unread += 1;
    if (room.kind === 'direct' || mentions(event.body ?? '', me())) room.mentions += 1;
  }
  announce(joins ? 'rooms' : 'counts', room.id);
}

/**
 * What asks for attention with a number: all of a direct room, mentions elsewhere.
 * @param {Hubbub.Room} room
 */
export function calls(room) {
  return room.kind === 'direct' ? room.unread : room.mentions;
}

/**
 * @param {string} id
 * @param {{ seq: number, unread?: number, mentions?: number }} position
 */
export function takeRead(id, { seq, unread, mentions: called }) {
  const room = store.rooms.get(id);
  if (!room) return;
  Object.assign(room, { read: seq, unread: unread ?? room.unread, mentions: called ?? room.mentions });
  announce('counts', id);
}

/**
 * @param {string} id
 * @param {Hubbub.Frame} frame
 */
export function takePresence(id, { online, joined = [], left = [] }) {
  const known = online ? new Set(online) : new Set(store.online.get(id) ?? []);
  for (const name of joined) known.add(name);
  for (const name of left) known.delete(name);
  for (const name of left) forgetTyping(id, name);
  store.online.set(id, known);
  announce('presence', id);
}

/**
 * @param {string} id
 * @param {Hubbub.Member[]} members
 */
export function takeMembers(id, members) {
  store.members.set(id, members);
  if (!store.online.has(id))
    store.online.set(id, new Set(members.filter((one) => one.online).map((one) => one.username)));
  announce('members', id);
}

/**
 * @param {string} id
 * @param {Hubbub.RoomEvent} event  a join or a leave
 */
function takePerson(id, { type, user, by }) {
  const members = store.members.get(id);
  const username = user ?? by;
  if (!members) return;
  const others = members.filter((one) => one.username !== username);
  const online = store.online.get(id)?.has(username) ?? false;
  store.members.set(id, type === 'join' ? [...others, { username, role: 'member', online }] : others);
  announce('members', id);
}

/**
 * Whether somebody is seen in any room we share.
 * @param {string} username
 */
export function isOnline(username) {
  if (username === me()) return true;
  return [...store.online.values()].some((names) => names.has(username));
}

/**
 * @param {string} id
 * @param {string} username
 */
export function takeTyping(id, username) {
  if (username === me()) return;
  const room = store.typing.get(id) ?? new Map();
  store.typing.set(id, room.set(username, Date.now() + TYPING));
  window.setTimeout(() => typists(id).includes(username) || announce('typing', id), TYPING + 50);
  announce('typing', id);
}

/** @param {string} id */
export function typists(id) {
  const now = Date.now();
  return [...(store.typing.get(id) ?? [])].filter(([, until]) => until > now).map(([name]) => name);
}

/**
 * @param {string} id
 * @param {string} username
 */
function forgetTyping(id, username) {
  if (store.typing.get(id)?.delete(username)) announce('typing', id);
}
