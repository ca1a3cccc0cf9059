/** Tabs of one person in one browser: what is read in one is read in all, a look is that of all, whoever leaves, leaves in all. It must not know the network. */

import { me, on, store, takeRead } from './store.js';

/** @type {BroadcastChannel} */
let channel;
/** @type {Map<string, number>} what the others know of */
const told = new Map();

/** @typedef {{ room: string, seq: number, unread: number, mentions: number }} Position */

export function watchTabs() {
  channel = new BroadcastChannel(`hubbub tabs ${store.boot.urls.chat} ${me()}`);
  channel.onmessage = ({ data }) => {
    if (data === 'left') leave();
    else if (data.look) document.documentElement.dataset[data.look] = data.value;
    else hear(data);
  };
  for (const room of store.rooms.values()) told.set(room.id, room.read);
  for (const topic of /** @type {const} */ (['rooms', 'counts'])) on(topic, tell);
}

/** This browser is nobody's any more. */
export function tellLeft() {
  channel?.postMessage('left');
}

/**
 * @param {string} look  theme, density or size
 * @param {string} value
 */
export function tellLook(look, value) {
  channel?.postMessage({ look, value });
}

export function leave() {
  location.assign(store.boot.urls.sign_in);
}

/** @param {string} id */
function tell(id) {
  const room = store.rooms.get(id);
  if (!room || room.read <= (told.get(id) ?? 0)) return;
  told.set(id, room.read);
  channel.postMessage({ room: id, seq: room.read, unread: room.unread, mentions: room.mentions });
}

/** @param {Position} position */
function hear(position) {
  const room = store.rooms.get(position.room);
  told.set(position.room, position.seq);
  if (room && room.read < position.seq) takeRead(position.room, position);
}
