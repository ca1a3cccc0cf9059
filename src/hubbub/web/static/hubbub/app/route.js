/** The way around: addresses to rooms and messages, back to where one was. It must not know the network or the rows. */

import { t } from './i18n.js';
import { get, part } from './net.js';
import { firstUnread } from './roomlog.js';
import { announce, me, openRoom, roomNamed, store, takeRoom } from './store.js';
import { recall, visit } from './sync.js';

const MOMENT = 400;
let keeping = 0;

/**
 * Where in a room one wants to be: at a message, or where one was (null: at the end).
 * @typedef {{ at: number, where?: { seq: number, top: number } | null }} Target
 */

/**
 * A page of the chat opens inside this one; anything else is left to the browser.
 * @param {Hubbub.App} app
 * @param {string} href
 */
export async function go(app, href) {
  const url = new URL(href, location.href);
  if (url.origin !== location.origin || !url.pathname.startsWith(store.boot.urls.chat))
    return void location.assign(href);
  keepNow(app);
  if (url.href !== location.href) history.pushState(null, '', url);
  await arrive(app, url);
  if (openRoom() && !url.search && !matchMedia('(hover: none)').matches) app.composer.focus();
}

/**
 * Whoever comes back finds the place that was left: it is kept with the address, a moment after each move.
 * @param {Hubbub.App} app
 */
export function keepPlace(app) {
  keeping ||= window.setTimeout(() => keepNow(app), MOMENT);
}

/** @param {Hubbub.App} app */
function keepNow(app) {
  window.clearTimeout(keeping);
  keeping = 0;
  const { where } = app.timeline;
  const isKept = history.state?.where === where;
  if (store.open && !isKept) history.replaceState({ ...history.state, where }, '');
}

/** Whether the browser came back to this page by its own button. */
export function returned() {
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  return visit?.type === 'back_forward';
}

/**
 * @param {Hubbub.App} app
 * @param {URL} url
 * @param {Target['where']} [where]
 */
export async function arrive(app, url, where) {
  window.clearTimeout(keeping);
  const [first = '', second = ''] = url.pathname.slice(store.boot.urls.chat.length).split('/').map(decodeURIComponent);
  const find = () => (first === '-' ? store.rooms.get(second) : roomNamed(first));
  if (first && !find()) await refreshRooms();
  const room = first ? find() : undefined;
  if (room) return enter(app, room, { at: Number(url.searchParams.get('at')) || 0, where });
  store.open = '';
  announce('open');
  app.timeline.clear();
  app.root.dataset.page = 'selector';
  const { showSelector } = await part(() => import('./selector.js'));
  if (store.open) return;
  const offered = store.boot.missing && first ? store.boot.missing : first;
  showSelector(app, offered === '-' ? '' : offered);
  const listed = [...store.rooms.values()].some((one) => one.member);
  show(app.root, !first && listed && narrow() ? 'list' : 'room');
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Room} room
 * @param {Target} target
 */
async function enter(app, room, target) {
  store.open = room.id;
  app.root.dataset.page = 'room';
  app.pane.show(room);
  app.composer.show(room);
  show(app.root, 'room');
  announce('open');
  if (!store.logs.has(room.id)) {
    app.timeline.clear();
    await recall(room.id);
    if (store.open !== room.id) return;
  }
  const log = store.logs.get(room.id);
  if (log && !log.stale) void display(app, log, target);
  else app.timeline.clear();
  await visit(room.id).catch(() => {});
  const loaded = store.logs.get(room.id);
  if (store.open === room.id && loaded && loaded !== app.timeline.log) await display(app, loaded, target);
}

/**
 * At the message that the address names, at the place that was left, at the first unread message, or at the end.
 * @param {Hubbub.App} app
 * @param {Hubbub.Log} log
 * @param {Target} target
 */
async function display(app, log, { at, where }) {
  const { timeline } = app;
  const first = begin();
  const again = timeline.log?.room === log.room;
  timeline.show(log, first ?? 0);
  if (where) return void timeline.goTo(where.seq, where);
  if (where === undefined && at) return toMessage(app, at);
  if (where === null || again) return timeline.toEnd();
  if (first === undefined) await part(() => import('./history.js')).then(({ towardsUnread }) => towardsUnread(app));
}

/**
 * @param {Hubbub.App} app
 * @param {number} at
 */
async function toMessage(app, at) {
  if (await app.timeline.goTo(at, { flash: true })) return;
  const { toast } = await part(() => import('./dialog.js'));
  toast(t('jump.gone'));
}

/** @param {Hubbub.App} app  the newest page was loaded afresh, or the room was lost */
export async function reopen(app) {
  const log = store.logs.get(store.open);
  if (!store.rooms.has(store.open)) return arrive(app, new URL(store.boot.urls.chat, location.href));
  const { log: known, where } = app.timeline;
  if (!log || !known || known === log) return;
  const kept = app.timeline.show(log, begin() ?? 0);
  await part(() => import('./gap.js')).then(({ offerBack }) => offerBack(app, known, { where, kept }));
}

/**
 * @param {HTMLElement} root
 * @param {'list' | 'room'} view  which of the two a phone shows
 */
export function show(root, view) {
  root.dataset.view = view;
}

function narrow() {
  return matchMedia('(max-width: 719px)').matches;
}

async function refreshRooms() {
  /** @type {{ rooms: Hubbub.Room[] }} */
  const { rooms } = await get('rooms').catch(() => ({ rooms: [] }));
  for (const room of rooms) takeRoom(room);
}

/**
 * A link to a room or a message here opens here.
 * @param {Hubbub.App} app
 * @param {MouseEvent} event
 * @param {HTMLAnchorElement} link
 */
export function followed(app, event, { href }) {
  const here = href.startsWith(new URL(store.boot.urls.chat, location.href).href);
  if (!here || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  void go(app, href);
}

function begin() {
  const room = openRoom();
  const log = room && store.logs.get(room.id);
  if (!room?.unread || !room.member || !log) return 0;
  return firstUnread(log, room, me());
}
