/** What is read and what calls: read positions, title, favicon, spoken news. It must not know how they are sent. */

import { plain } from './fmt.js';
import { el } from './html.js';
import { list, t } from './i18n.js';
import { indexOf } from './roomlog.js';
import { announce, calls, me, on, openRoom, store, titleOf } from './store.js';

const DWELL = 600;
const EVERY = 1000;
const BREATH = 700;

/**
 * @typedef {object} Hooks
 * @property {() => number} seen  the seq of the last message in view
 * @property {(room: string, seq: number) => void} read
 */

/** @type {Hooks} nothing is seen before the log is there */
let hooks = { seen: () => 0, read: () => {} };
let dwelling = 0;
let sentAt = 0;
/** A room marked unread on purpose stays so until it is left. */
let held = '';
/** @type {Hubbub.Entry[]} */
let news = [];
let speaking = 0;
/** What the tab's icon shows. */
let dotted = '';
const voice = el('div', { class: 'sr', role: 'status' });

/** @param {Hooks} given */
export function watchReading(given) {
  hooks = given;
  document.body.append(voice);
  window.addEventListener('focus', look);
  for (const name of ['focus', 'blur']) window.addEventListener(name, () => announce('counts', store.open));
  document.addEventListener('visibilitychange', look);
  for (const topic of /** @type {const} */ (['rooms', 'counts', 'open'])) on(topic, showState);
  on('log', (room, patch) => speak(room, patch));
  on('moved', look);
  on('open', () => store.open === held || hold(''));
  showState();
  look();
}

/** Something may have come into view: after a moment in view it is read. */
export function look() {
  if (dwelling) return;
  const room = store.open;
  dwelling = window.setTimeout(
    () => {
      dwelling = 0;
      if (room === store.open) settle();
      else look();
    },
    Math.max(DWELL, sentAt + EVERY - Date.now()),
  );
}

/**
 * All that stands in a room is read, even where it was marked unread on purpose.
 * @param {Hubbub.Room} room
 */
export function readRoom(room) {
  if (room.id === held) held = '';
  if (!room.member || room.head <= room.read) return;
  mark(room, room.head);
  hooks.read(room.id, room.head);
}

/** @param {string} room */
export function hold(room) {
  held = room;
}

/**
 * How much of a room waits, and how much of that calls. What comes while it is looked at does neither: it is read in a moment.
 * @param {Hubbub.Room} room
 * @returns {[number, number]}
 */
export function waiting(room) {
  const isRead = room.unread > 0 && room === readable() && hooks.seen() >= room.head;
  return isRead ? [0, 0] : [room.unread, calls(room)];
}

function settle() {
  const room = readable();
  if (!room) return;
  const seq = Math.min(hooks.seen(), room.head);
  if (seq < room.head) announce('counts', room.id);
  if (seq <= room.read) return;
  sentAt = Date.now();
  mark(room, seq);
  hooks.read(room.id, seq);
}

/**
 * What is left is counted where nothing is hidden after the position; elsewhere the server's answer says it in a moment.
 * @param {Hubbub.Room} room
 * @param {number} seq
 */
function mark(room, seq) {
  const log = store.logs.get(room.id);
  room.read = seq;
  if (log && ![...log.holes].some((hole) => hole > seq)) {
    const rest = log.entries.slice(indexOf(log, seq + 1)).filter((entry) => entry.by !== me() && !entry.deleted);
    room.unread = Math.min(room.unread, rest.length);
    room.mentions = room.kind === 'direct' ? room.unread : Math.min(room.mentions, room.unread);
  }
  announce('counts', room.id);
}

function readable() {
  const room = openRoom();
  if (!room || !store.boot.me || !room.member || held === room.id) return null;
  return document.visibilityState === 'visible' && document.hasFocus() ? room : null;
}

// ---- title and favicon ----

function showState() {
  const rooms = [...store.rooms.values()].filter((room) => room.member && room.unread).map(waiting);
  const number = rooms.reduce((sum, [, called]) => sum + called, 0);
  const isUnread = rooms.some(([unread]) => unread);
  const open = openRoom();
  const name = open ? `${titleOf(open, t('room.notes'))} · ${store.boot.workspace}` : store.boot.workspace;
  const title = number ? `(${number}) ${name}` : isUnread ? `• ${name}` : name;
  if (document.title !== title) document.title = title;
  favicon(number ? 'calls' : isUnread ? 'unread' : 'quiet');
}

/** The tab has no tokens: these are accent, signal and white of the light theme. */
const DOTS = { calls: '#bd4102', unread: '#6cc3d5', quiet: '' };

/** @param {keyof typeof DOTS} state */
function favicon(state) {
  if (dotted === state) return;
  dotted = state;
  const known = document.querySelector('link[rel~=icon]');
  const link = known ?? document.head.appendChild(el('link', { rel: 'icon' }));
  const dot = DOTS[state] && `<circle cx="24" cy="8" r="7.5" fill="${DOTS[state]}" stroke="#fff" stroke-width="1.5"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#00657e"/><path d="M10 7v18M22 7v18M10 16h12" stroke="#fff" stroke-width="3.4" stroke-linecap="round"/>${dot}</svg>`;
  link.setAttribute('data-state', state);
  link.setAttribute('type', 'image/svg+xml');
  link.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(svg)}`);
}

// ---- spoken news ----

/**
 * New messages of the open room are spoken once, a burst in one sentence; history, edits and one's own words never.
 * @param {string} room
 * @param {Hubbub.Patch} [patch]
 */
function speak(room, patch) {
  look();
  if (room !== store.open || !patch?.live) return;
  news.push(...patch.added.filter((entry) => entry.by !== me()));
  if (news.length && !speaking) speaking = window.setTimeout(say, BREATH);
}

function say() {
  const [first] = news;
  const names = [...new Set(news.map((entry) => entry.by))];
  const one = news.length === 1;
  voice.textContent = one
    ? `${first.by}: ${plain(first.body ?? '')}`
    : t('spoken.many', { n: news.length, names: list(names) });
  news = [];
  speaking = 0;
}
