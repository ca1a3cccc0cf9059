/** The list of rooms: what is open, what waits, who is there. It must not know the log or the network. */

import { order as arrange, avatar, el, fillWith, icon, iconButton, inFrame, set } from './html.js';
import { byName, t } from './i18n.js';
import { part } from './net.js';
import { chosen, companions, hrefOf, isOnline, me, on, store, titleOf } from './store.js';
import { waiting } from './unread.js';

const HOLD = 2000;

/** @type {Map<string, HTMLElement>} */
const rows = new Map();
/** @type {WeakMap<HTMLElement, string>} what each of them shows */
const signs = new WeakMap();
/** @type {string[]} */
let order = [];
/** @type {Hubbub.App} */
let app;
let hovered = 0;
let planned = false;
/** @type {Set<string>} what to look at in the next frame; an empty name stands for the whole list */
const changed = new Set();
let shut = false;

/**
 * In place of what the server has drawn; once.
 * @param {Hubbub.App} given
 */
export function mountSidebar(given) {
  if (app) return;
  app = given;
  const { side } = app;
  const rooms = el('div', { class: 'rooms', 'data-region': 'rooms' });
  set(side, 'aria-label', t('side.rooms'));
  fillWith(side, top(), find(), rooms, store.boot.me ? footer() : visitor());
  side.addEventListener('click', follow);
  rooms.addEventListener('pointerenter', () => (hovered = Infinity));
  rooms.addEventListener('pointerleave', () => {
    hovered = Date.now() + HOLD;
    window.setTimeout(() => plan(rooms), HOLD + 10);
  });
  for (const topic of /** @type {const} */ (['rooms', 'open', 'presence', 'conn'])) on(topic, () => plan(rooms));
  for (const topic of /** @type {const} */ (['counts', 'drafts'])) on(topic, (id) => look(rooms, id));
  draw(rooms);
}

/** The rooms from top to bottom, for walking by key. */
export function roomsInOrder() {
  return order.map((id) => store.rooms.get(id)).filter((room) => room !== undefined);
}

/**
 * What changes no place in the list is drawn alone, and only if it shows: direct rooms stand by their last message, folded ones while they wait.
 * @param {HTMLElement} rooms
 * @param {string} id
 */
function look(rooms, id) {
  const room = store.rooms.get(id);
  const row = rows.get(id);
  if (!room || !row || room.kind === 'direct' || shut) plan(rooms);
  else if (signs.get(row) !== signOf(room)) plan(rooms, id);
}

/**
 * @param {HTMLElement} rooms
 * @param {string} [alone]  the room of which alone something has changed
 */
function plan(rooms, alone = '') {
  changed.add(alone);
  if (planned) return;
  planned = true;
  inFrame(() => {
    planned = false;
    if (changed.has('')) draw(rooms);
    else for (const room of changed) rowOf(/** @type {Hubbub.Room} */ (store.rooms.get(room)));
    changed.clear();
  });
}

/** @param {HTMLElement} rooms */
function draw(rooms) {
  const all = [...store.rooms.values()].filter((room) => room.member || room.id === store.open || openKind(room));
  const named = all.filter((room) => room.kind !== 'direct' && (!room.archived || room.id === store.open));
  const direct = all.filter((room) => room.kind === 'direct');
  named.sort((a, b) => byName(a.name, b.name));
  direct.sort((a, b) => lastOf(b) - lastOf(a) || a.id.localeCompare(b.id));
  if (Date.now() < hovered) for (const group of [named, direct]) group.sort((a, b) => placeOf(a) - placeOf(b));
  shut = folded('rooms');
  order = [...shownOf('rooms', named), ...shownOf('direct', direct)].map((room) => room.id);
  const folds = (/** @type {string} */ name) => fold(name, rooms);
  arrange(rooms, [
    section('rooms', folds),
    ...shownOf('rooms', named).map(rowOf),
    ...(named.length ? [] : [hint('rooms')]),
    ...(store.boot.me ? [section('direct', folds)] : []),
    ...shownOf('direct', direct).map(rowOf),
    ...(direct.length || !store.boot.me ? [] : [hint('direct')]),
  ]);
}

/**
 * Folded it still shows the open room and what is unread.
 * @param {string} name
 * @param {Hubbub.Room[]} group
 */
function shownOf(name, group) {
  return folded(name) ? group.filter((room) => room.id === store.open || (room.member && room.unread)) : group;
}

/** @param {string} name */
function folded(name) {
  return chosen('folded').split(' ').includes(name);
}

/**
 * @param {string} name
 * @param {HTMLElement} rooms
 */
function fold(name, rooms) {
  const others = chosen('folded')
    .split(' ')
    .filter((one) => one && one !== name);
  localStorage.setItem('hubbub folded', [...others, ...(folded(name) ? [] : [name])].join(' '));
  draw(rooms);
}

/** @param {Hubbub.Room} room */
function openKind({ kind }) {
  return kind === 'public' || kind === 'announcement' || kind === 'staff';
}

/** @param {Hubbub.Room} room */
function lastOf({ id, last_at: known }) {
  return Date.parse(store.logs.get(id)?.entries.at(-1)?.at ?? known ?? '') || 0;
}

/** @param {Hubbub.Room} room */
function placeOf({ id }) {
  const place = order.indexOf(id);
  return place < 0 ? order.length : place;
}

/** @param {Hubbub.Room} room */
function rowOf(room) {
  const row = rows.get(room.id) ?? el('a', { class: 'room', 'data-room-id': room.id });
  rows.set(room.id, row);
  const sign = signOf(room);
  if (signs.get(row) === sign) return row;
  signs.set(row, sign);
  const [unread, number] = waiting(room);
  const [isOpen, title] = [room.id === store.open, titleOf(room, t('room.notes'))];
  set(row, 'href', hrefOf(room));
  set(row, 'data-unread', unread);
  set(row, 'data-mentions', number);
  set(row, 'data-quiet', !room.member);
  set(row, 'aria-current', isOpen ? 'page' : null);
  fillWith(row, mark(room), el('b', { dir: 'auto' }, title), pencil(room), badge(room, unread, number));
  return row;
}

/**
 * Everything that its row shows.
 * @param {Hubbub.Room} room
 */
function signOf(room) {
  const isOpen = room.id === store.open;
  const waits = store.drafts.has(room.id) && !isOpen;
  const there = room.kind === 'direct' && someone(room);
  const title = titleOf(room, t('room.notes'));
  return [title, room.kind, ...waiting(room), room.member, isOpen, waits, there].join('|');
}

/** @param {Hubbub.Room} room */
function mark(room) {
  if (room.kind !== 'direct') return el('span', { class: 'hash', 'aria-hidden': 'true' }, glyph(room));
  const face = avatar(companions(room)[0] ?? me(), 's');
  const there = someone(room);
  face.append(el('i', { 'data-presence': there ? 'online' : 'off' }));
  return el('span', { class: 'face' }, face, there && el('span', { class: 'sr' }, t('people.online_one')));
}

/** @param {Hubbub.Room} room */
export function glyph({ kind }) {
  if (kind === 'private' || kind === 'staff') return icon('lock');
  return kind === 'announcement' ? icon('horn') : '#';
}

/** @param {Hubbub.Room} room */
function someone(room) {
  const others = companions(room);
  return others.length ? others.some(isOnline) : true;
}

/** @param {Hubbub.Room} room */
function pencil({ id }) {
  if (!store.drafts.has(id) || id === store.open) return null;
  return el(
    'span',
    { class: 'draft', title: t('side.draft') },
    icon('edit'),
    el('span', { class: 'sr' }, t('side.draft')),
  );
}

/**
 * @param {Hubbub.Room} room
 * @param {number} unread
 * @param {number} number
 */
function badge({ member }, unread, number) {
  if (number)
    return el(
      'span',
      { class: 'badge' },
      number > 99 ? '99+' : String(number),
      el('span', { class: 'sr' }, t('side.calls', { n: number })),
    );
  return unread && member
    ? el('span', { class: 'dot' }, el('span', { class: 'sr' }, t('side.unread', { n: unread })))
    : null;
}

/**
 * One element for good, so that the focus stays on it.
 * @param {string} name
 * @param {(name: string) => void} folds
 */
function section(name, folds) {
  const button = () => el('button', { type: 'button', onclick: () => folds(name) }, icon('fold'), t(`side.${name}`));
  const heading = rows.get(name) ?? el('h2', { class: 'sec' }, button());
  rows.set(name, heading);
  set(/** @type {Element} */ (heading.firstElementChild), 'aria-expanded', String(!folded(name)));
  return heading;
}

/**
 * What a section with nothing in it is for, and what to do.
 * @param {'rooms' | 'direct'} name
 */
function hint(name) {
  const act = () => (name === 'rooms' ? app.go(store.boot.urls.chat) : search());
  const button = el('button', { type: 'button', class: 'button', onclick: act }, t(`side.begin_${name}`));
  const known = rows.get(`no ${name}`);
  const words = known ?? el('div', { class: 'hint' }, el('p', {}, t(`side.no_${name}`)), store.boot.me && button);
  rows.set(`no ${name}`, words);
  return words;
}

function top() {
  const add = store.boot.me && iconButton('plus', t('side.open_room'), () => app.go(store.boot.urls.chat));
  return el('div', { class: 'ws' }, el('a', { href: store.boot.urls.chat, dir: 'auto' }, store.boot.workspace), add);
}

function find() {
  const keys = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';
  return el(
    'button',
    { type: 'button', class: 'find', onclick: search },
    icon('search'),
    el('span', {}, t('side.jump')),
    el('kbd', {}, keys),
  );
}

function search() {
  void part(() => import('./switcher.js')).then(({ openSwitcher }) => openSwitcher(app));
}

/** @param {HTMLElement} button */
function menu(button) {
  void part(() => import('./actions.js')).then(({ myMenu }) => myMenu(app, button));
}

function footer() {
  const { username = '', name = '' } = store.boot.me ?? {};
  const face = avatar(username, 'm');
  const dot = el('i', {});
  const state = el('small', {});
  const show = () => {
    const online = document.documentElement.dataset.conn === 'online';
    set(dot, 'data-presence', online ? 'online' : 'off');
    state.textContent = t(online ? 'me.online' : 'me.connecting');
  };
  face.append(dot);
  on('conn', show);
  show();
  const more = iconButton('more', t('me.menu'), ({ currentTarget }) =>
    menu(/** @type {HTMLElement} */ (currentTarget)),
  );
  return el('div', { class: 'me' }, face, el('div', {}, el('b', { dir: 'auto' }, name || username), state), more);
}

function visitor() {
  const next = encodeURIComponent(location.pathname);
  return el(
    'div',
    { class: 'me' },
    el('div', {}, t('me.visitor')),
    el('a', { class: 'button', href: `${store.boot.urls.sign_in}?next=${next}` }, t('sign_in')),
  );
}

/**
 * Links of rooms stay in the page; with a modifier they are links.
 * @param {MouseEvent} event
 */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.classList.contains('button')) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  app.go(link.pathname);
}
