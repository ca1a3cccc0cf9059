/** Jump to a room or a person by a few letters: unread and recent first. How names are matched is `ranking.js`; nothing here waits for the network. */

import { writeTo } from './commands.js';
import { acquaintances } from './complete.js';
import { open } from './dialog.js';
import { avatar, el, fillWith, icon, set } from './html.js';
import { t } from './i18n.js';
import { score } from './ranking.js';
import { glyph } from './sidebar.js';
import { calls, chosen, companions, hrefOf, me, on, roomNamed, store, titleOf } from './store.js';

const SHOWN = 12;
const REMEMBERED = 30;
const LIST = 'switcher-results';

/** @typedef {{ title: string, mark: Node, room?: Hubbub.Room, note?: string, act: () => unknown }} Way */

/** Remembers which rooms were visited last. */
export function rememberVisits() {
  const visit = () => {
    if (!store.open) return;
    const rooms = [store.open, ...recent().filter((id) => id !== store.open)].slice(0, REMEMBERED);
    localStorage.setItem('hubbub recent', rooms.join(' '));
  };
  // Writing it down may wait until the room is on screen.
  on('open', () => void window.setTimeout(visit));
  visit();
}

/** @param {Hubbub.App} app */
export function openSwitcher(app) {
  if (document.querySelector('dialog.switcher')) return;
  const input = el('input', {
    type: 'text',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': LIST,
    'aria-autocomplete': 'list',
    'aria-label': t('switcher.label'),
    placeholder: t('switcher.label'),
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    autofocus: true,
    dir: 'auto',
  });
  const results = el('div', { class: 'results', id: LIST, role: 'listbox', 'aria-label': t('side.rooms') });
  const none = el('p', { class: 'hint', role: 'status', hidden: true }, t('switcher.none'));
  const take = (/** @type {Way} */ way) => {
    dialog.close();
    way.act();
  };
  listen(app, input, results, none, take);
  // What is offered stands there before: opening measures the page once, and all of it.
  const dialog = open(el('div', {}, input, results, none), 'switcher', t('switcher.label'));
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLInputElement} input
 * @param {HTMLElement} results
 * @param {HTMLElement} none
 * @param {(way: Way) => void} take
 */
function listen(app, input, results, none, take) {
  let at = 0;
  /** @type {Way[]} */
  let ways = [];
  const draw = () => {
    fillWith(results, ...ways.map((way, index) => option(way, index, index === at, () => take(way))));
    set(input, 'aria-activedescendant', ways.length ? `${LIST}-${at}` : null);
    results.hidden = !ways.length;
    none.hidden = ways.length > 0;
    results.children[at]?.scrollIntoView({ block: 'nearest' });
  };
  const look = () => {
    ways = waysTo(app, input.value);
    at = 0;
    draw();
  };
  input.addEventListener('input', look);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || !ways.length) return;
    if (event.key === 'ArrowDown') at = (at + 1) % ways.length;
    else if (event.key === 'ArrowUp') at = (at + ways.length - 1) % ways.length;
    else if (event.key !== 'Enter') return;
    event.preventDefault();
    if (event.key === 'Enter') take(ways[at]);
    else draw();
  });
  look();
}

/**
 * Rooms, then people whom one has not written to yet, then the offer to make what is missing.
 * @param {Hubbub.App} app
 * @param {string} typed
 * @returns {Way[]}
 */
function waysTo(app, typed) {
  const wanted = typed.trim();
  const visits = recent();
  const found = [...store.rooms.values()]
    .filter((room) => !room.archived)
    .map((room) => ({ room, points: pointsOf(room, wanted) + attention(room, visits, wanted) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || a.room.name.localeCompare(b.room.name));
  const ways = found.map(({ room }) => wayToRoom(app, room));
  if (wanted) ways.push(...strangers(app, wanted));
  const shown = ways.slice(0, SHOWN);
  const name = wanted.replace(/^#/, '');
  if (name && store.boot.can.create_rooms && !roomNamed(name) && !name.includes('/') && !wanted.startsWith('@'))
    shown.push({ title: t('switcher.create', { room: name }), mark: icon('plus'), act: () => make(app, name) });
  return shown;
}

/**
 * @param {Hubbub.Room} room
 * @param {string} wanted
 */
function pointsOf(room, wanted) {
  const title = titleOf(room, t('room.notes'));
  if (wanted.startsWith('#') && room.kind === 'direct') return -9;
  if (wanted.startsWith('@') && room.kind !== 'direct') return -9;
  const names = room.kind === 'direct' ? [title, ...companions(room)] : [title];
  return Math.max(...names.map((name) => score(name, wanted))) || -9;
}

/**
 * A little, so that it only orders what matches alike: what calls, what is unread, what was visited lately; the open room last.
 * @param {Hubbub.Room} room
 * @param {string[]} visits
 * @param {string} wanted
 */
function attention(room, visits, wanted) {
  if (room.id === store.open) return wanted ? 0 : -0.5;
  const visit = visits.indexOf(room.id);
  const lately = visit < 0 ? 0 : 0.1 * (1 - visit / REMEMBERED);
  const unread = room.member && room.unread ? 0.2 : 0;
  return (calls(room) ? 0.4 : 0) + unread + lately + (room.member ? 0.05 : 0);
}

function recent() {
  return chosen('recent').split(' ').filter(Boolean);
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Room} room
 * @returns {Way}
 */
function wayToRoom(app, room) {
  const direct = room.kind === 'direct';
  const mark = direct ? avatar(companions(room)[0] ?? me(), 's') : el('span', { class: 'hash' }, glyph(room));
  return {
    title: titleOf(room, t('room.notes')),
    mark,
    room,
    note: direct ? '' : room.topic,
    act: () => app.go(hrefOf(room)),
  };
}

/**
 * @param {Hubbub.App} app
 * @param {string} wanted
 * @returns {Way[]}
 */
function strangers(app, wanted) {
  if (wanted.startsWith('#') || !me()) return [];
  const written = new Set(
    [...store.rooms.values()].flatMap(({ usernames = [] }) => (usernames.length < 3 ? usernames : [])),
  );
  const names = acquaintances().filter((name) => name !== me() && !written.has(name) && score(name, wanted) > 0);
  names.sort((a, b) => score(b, wanted) - score(a, wanted) || a.localeCompare(b));
  return names.map((name) => ({
    title: name,
    mark: avatar(name, 's'),
    note: t('switcher.write'),
    act: () => writeTo(app, name),
  }));
}

/**
 * @param {Hubbub.App} app
 * @param {string} name  of a room that is not there: the page offers to make it, filled in
 */
function make(app, name) {
  return app.go(`${store.boot.urls.chat}${encodeURIComponent(name)}/`);
}

/**
 * @param {Way} way
 * @param {number} index
 * @param {boolean} marked
 * @param {() => void} take
 */
function option({ title, mark, note, room }, index, marked, take) {
  const number = room ? calls(room) : 0;
  const onclick = (/** @type {MouseEvent} */ event) => {
    if (room && (event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    take();
  };
  const own = { class: 'room', role: 'option', id: `${LIST}-${index}`, tabindex: -1, 'aria-selected': String(marked) };
  const state = room ? { href: hrefOf(room), 'data-unread': room.unread, 'data-quiet': !room.member } : {};
  return el(
    'a',
    { ...own, ...state, onclick },
    mark,
    el('b', { dir: 'auto' }, title),
    note ? el('small', { dir: 'auto' }, note) : null,
    number
      ? el('span', { class: 'badge' }, String(number))
      : room?.unread && room.member
        ? el('span', { class: 'dot' })
        : null,
  );
}
