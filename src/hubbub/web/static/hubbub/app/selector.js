/** The room selector: a name and Enter opens a room, making it if need be; below it the rooms that exist. */

import { el, fillWith } from './html.js';
import { t } from './i18n.js';
import { get, Refusal, tell } from './net.js';
import { backButton } from './room.js';
import { glyph } from './sidebar.js';
import { fold, hrefOf, roomNamed, store, takeRoom } from './store.js';

/**
 * @param {Hubbub.App} app
 * @param {string} missing  the name of a room that does not exist: making it is offered
 */
export function showSelector(app, missing) {
  const able = store.boot.can.create_rooms;
  const note = el('p', { class: 'note', role: 'alert', hidden: true });
  const input = field(missing);
  const rooms = el('div', { class: 'choices' });
  const heading = t(missing ? 'selector.no_room' : 'selector.title');
  const words = el('p', { class: 'quiet' }, t(wordsFor(missing, able), { room: missing }));
  const form = missing && !able ? null : formOf(input, missing, () => void connect(app, input.value, note));
  const back = backButton(() => app.root.setAttribute('data-view', 'list'));
  fillWith(
    app.main,
    el('header', { class: 'top' }, back, el('h1', {}, t('side.rooms'))),
    el('div', { class: 'selector' }, el('h2', {}, heading), words, form, note, rooms),
  );
  document.title = `${heading} · ${store.boot.workspace}`;
  list(app, rooms);
  void refresh().then(() => rooms.isConnected && list(app, rooms));
  if (!matchMedia('(hover: none)').matches) input.focus();
}

/** @param {string} value */
function field(value) {
  const maxlength = store.boot.limits.name_chars ?? 80;
  const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', dir: 'auto' };
  return el('input', { type: 'text', name: 'room', maxlength, value, placeholder: t('selector.example'), ...plain });
}

/**
 * @param {string} missing
 * @param {boolean} able  to make rooms
 */
function wordsFor(missing, able) {
  if (missing) return able ? 'selector.missing' : 'selector.missing_forbidden';
  return able ? 'selector.words' : 'selector.words_forbidden';
}

/**
 * @param {HTMLInputElement} input
 * @param {string} missing
 * @param {() => void} submitted
 */
function formOf(input, missing, submitted) {
  const words = t(missing ? 'selector.create' : 'selector.connect');
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    submitted();
  };
  const label = el('label', {}, el('span', {}, t('selector.name')), input);
  return el(
    'form',
    { class: 'connect', onsubmit },
    label,
    el('button', { type: 'submit', class: 'button primary' }, words),
  );
}

/**
 * @param {Hubbub.App} app
 * @param {string} written
 * @param {HTMLElement} note
 */
async function connect(app, written, note) {
  const name = written.normalize('NFC').trim();
  note.hidden = true;
  if (!name) return;
  try {
    if (!roomNamed(name)) await refresh();
    const room = roomNamed(name) ?? (await make(name));
    await app.go(hrefOf(room));
  } catch (error) {
    note.hidden = false;
    note.textContent = trouble(error, name);
  }
}

/**
 * @param {string} name
 * @returns {Promise<Hubbub.Room>}
 */
async function make(name) {
  const room = /** @type {Hubbub.Room} */ (await tell('POST', 'rooms', { name, kind: 'public' }));
  takeRoom(room);
  return room;
}

async function refresh() {
  if (!store.boot.me) return;
  /** @type {{ rooms: Hubbub.Room[] }} */
  const { rooms } = await get('rooms');
  for (const room of rooms) takeRoom(room);
}

/**
 * @param {unknown} error
 * @param {string} name
 */
function trouble(error, name) {
  if (!(error instanceof Refusal)) throw error;
  const { code, detail } = error.trouble;
  const id = `selector.${code}`;
  const words = t(id, { room: name });
  return words === id ? detail || t('selector.offline') : words;
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLElement} box
 */
function list(app, box) {
  const rooms = [...store.rooms.values()].filter((room) => room.kind !== 'direct' && !room.archived);
  rooms.sort((a, b) => onlineIn(b) - onlineIn(a) || fold(a.name).localeCompare(fold(b.name)));
  if (!rooms.length) return fillWith(box, el('p', { class: 'hint' }, t('selector.none')));
  const rows = rooms.map((room) =>
    el(
      'li',
      {},
      el(
        'a',
        { class: 'choice', href: hrefOf(room), onclick: (event) => follow(app, event, room) },
        el('span', { class: 'hash' }, glyph(room)),
        el('b', { dir: 'auto' }, room.name),
        el('span', { class: 'quiet', dir: 'auto' }, room.topic),
        el('span', { class: 'here' }, t('selector.online', { n: onlineIn(room) })),
      ),
    ),
  );
  fillWith(box, el('h3', { class: 'sec' }, t('selector.existing')), el('ul', {}, ...rows));
}

/** @param {Hubbub.Room} room */
function onlineIn(room) {
  return store.online.get(room.id)?.size ?? room.online ?? 0;
}

/**
 * @param {Hubbub.App} app
 * @param {MouseEvent} event
 * @param {Hubbub.Room} room
 */
function follow(app, event, room) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  app.go(hrefOf(room));
}
