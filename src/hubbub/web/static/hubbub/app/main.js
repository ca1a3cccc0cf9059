/** Starts the client: reads the island, paints, connects, then fetches the lazy parts. It knows everybody and does little itself. */

import { Composer } from './composer.js';
import { el, useIcons } from './html.js';
import { speak } from './i18n.js';
import { Keep } from './idb.js';
import { canRun, readBoot, tell, useServer } from './net.js';
import { Outbox } from './outbox.js';
import { Pane } from './room.js';
import { mountSidebar } from './sidebar.js';
import { Connection } from './socket.js';
import { announce, fill, hrefOf, me, on, openRoom, roomNamed, store, takeRoom } from './store.js';
import * as sync from './sync.js';
import { Timeline } from './timeline.js';
import * as unread from './unread.js';

const boot = readBoot();
if (canRun()) start();

function start() {
  speak(boot.catalogue, boot.locale, navigator.language);
  useIcons(boot.urls.icons);
  fill(boot);
  document.documentElement.dataset.conn = 'late';
  const app = build();
  useServer({ api: boot.urls.api, csrf: boot.csrf, signedOut: () => {} });
  sync.start(app.connection, app.outbox);
  if (boot.page && boot.room) sync.install(boot.room.id, boot.page);
  listen(app);
  void arrive(app, location.pathname, false);
  void app.outbox.start();
  void app.composer.remember();
  app.connection?.start();
  window.__chat = { stats: () => stats(app) };
  afterPaint(() => lazily(app));
}

/** @returns {Hubbub.App} */
function build() {
  const root = /** @type {HTMLElement} */ (document.querySelector('.app'));
  const [side, main] = [el('nav', { class: 'side' }), el('main', { class: 'main' })];
  const aside = el('aside', { class: 'aside', 'data-region': 'people' });
  const name = `hubbub ${me()}`;
  const keep = new Keep(name);
  const outbox = new Outbox({ name, keep, deliver: sync.deliver, tell: (room) => announce('outbox', room) });
  const begun = {
    root,
    side,
    main,
    aside,
    outbox,
    connection: connect(),
    go: (/** @type {string} */ href) => go(app, href),
  };
  const app = /** @type {Hubbub.App} */ (/** @type {unknown} */ (begun));
  app.pane = paneOf(app);
  app.timeline = timelineOf(app);
  app.composer = composerOf(app, keep);
  app.pane.hold(app.timeline, app.composer);
  root.replaceChildren(side, main, aside);
  mountSidebar(side, {
    go: app.go,
    find: () => void import('./switcher.js').then(({ openSwitcher }) => openSwitcher(app)),
    menu: (button) => void import('./actions.js').then(({ myMenu }) => myMenu(button)),
  });
  return app;
}

/** A visitor has no session, so no socket: the room is asked for what is new. */
function connect() {
  if (!boot.me) return null;
  const state = () => {
    document.documentElement.dataset.conn = connection.state;
    announce('conn');
  };
  const connection = new Connection(boot.urls.ws, { resume: sync.resume, frame: sync.takeFrame, state });
  return connection;
}

/** @param {Hubbub.App} app */
function paneOf(app) {
  return new Pane(app.main, {
    back: () => {
      history.pushState(null, '', boot.urls.chat);
      show(app.root, 'list');
    },
    people: () => void people(app.aside),
    join: (room) => void join(room),
    more: (button) => void import('./actions.js').then(({ roomMenu }) => roomMenu(app, button)),
  });
}

/** @param {Hubbub.App} app */
function timelineOf(app) {
  return new Timeline(app.pane.log, {
    older: () => sync.older(store.open),
    moved: () => moved(app.pane),
    items: () => app.outbox.of(store.open),
    opening: () => app.pane.opening(),
  });
}

/**
 * @param {Hubbub.App} app
 * @param {Keep} keep
 */
function composerOf(app, keep) {
  return new Composer(keep, {
    send: (room, body, reply) => say(app, room, body, reply),
    command: (text) => (text.startsWith('/') ? import('./commands.js').then(({ run }) => run(app, text)) : null),
    typing: sync.sendTyping,
    editLast: () => void import('./editor.js').then(({ editLast }) => editLast(app)),
    pick: (button, choose) => void import('./emoji/picker.js').then(({ pick }) => pick(button, choose)),
    entry: (id) => store.logs.get(store.open)?.byId.get(id),
    completion: (field) => import('./complete.js').then(({ complete }) => complete(field)),
  });
}

/**
 * @param {Hubbub.App} app
 * @param {string} room
 * @param {string} body
 * @param {string | null} reply
 */
async function say(app, room, body, reply) {
  await app.outbox.put({ room, op: 'send', body, ...(reply ? { reply_to: reply } : {}) });
  if (room !== store.open) return;
  app.timeline.dropDivider();
  app.timeline.toEnd();
}

/** @param {Hubbub.App} app */
function listen(app) {
  const { connection, pane, timeline, composer, outbox } = app;
  on('log', (room, patch) => room === store.open && patch && timeline.take(patch));
  on('outbox', (room) => {
    sync.tidy(room);
    if (room === store.open) timeline.refresh();
    for (const item of outbox.of(room)) if (item.state === 'failed' && !item.body) void complain(app, item);
  });
  on('typing', (room) => room === store.open && pane.typing(room));
  on('presence', () => openRoom()?.kind === 'direct' && refresh(app));
  on('rooms', (room) => room === store.open && refresh(app));
  on('afresh', (room) => room === store.open && void reopen(app));
  on('conn', () => {
    if (connection) pane.connection(connection);
  });
  unread.watchReading({ seen: () => timeline.lastSeen(), read: (room, seq) => void sync.sendRead(room, seq) });
  window.addEventListener('popstate', () => void arrive(app, location.pathname, true));
  window.addEventListener('online', () => outbox.kick());
  window.addEventListener(
    'beforeunload',
    (event) => outbox.items.some((item) => item.state === 'queued') && event.preventDefault(),
  );
  pane.log.addEventListener('click', (event) => clicked(app, event));
  composer.element.setAttribute('data-region', 'composer');
}

/**
 * A page of the chat opens inside this one; anything else is left to the browser.
 * @param {Hubbub.App} app
 * @param {string} href
 */
async function go(app, href) {
  if (!href.startsWith(boot.urls.chat)) return void location.assign(href);
  if (href !== location.pathname) history.pushState(null, '', href);
  await arrive(app, href, false);
  if (openRoom() && !matchMedia('(hover: none)').matches) app.composer.focus();
}

/**
 * @param {Hubbub.App} app
 * @param {string} path
 * @param {boolean} back
 */
async function arrive(app, path, back) {
  const [first = '', second = ''] = path.slice(boot.urls.chat.length).split('/').map(decodeURIComponent);
  const find = () => (first === '-' ? store.rooms.get(second) : roomNamed(first));
  if (first && !find()) await refreshRooms();
  const room = first ? find() : undefined;
  if (room) return enter(app, room, back);
  store.open = '';
  announce('open');
  app.timeline.clear();
  app.root.dataset.page = 'selector';
  const { showSelector } = await import('./selector.js');
  if (store.open) return;
  const offered = boot.missing && first ? boot.missing : first;
  showSelector(app, offered === '-' ? '' : offered);
  const listed = [...store.rooms.values()].some((one) => one.member);
  show(app.root, !first && listed && narrow() ? 'list' : 'room');
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Room} room
 * @param {boolean} back
 */
async function enter(app, room, back) {
  store.open = room.id;
  app.root.dataset.page = 'room';
  app.pane.show(room);
  app.composer.show(room);
  show(app.root, 'room');
  announce('open');
  const log = store.logs.get(room.id);
  if (log && !log.stale) display(app, log, back);
  else app.timeline.clear();
  await sync.visit(room.id).catch(() => {});
  const loaded = store.logs.get(room.id);
  if (store.open !== room.id || !loaded) return;
  if (loaded !== log) display(app, loaded, back);
  await towardsUnread(app, room);
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Log} log
 * @param {boolean} back
 */
function display(app, log, back) {
  app.timeline.show(log, { unread: unread.firstUnread(), back });
  unread.look();
}

/**
 * More was missed than the newest page holds: read back until the first of it.
 * @param {Hubbub.App} app
 * @param {Hubbub.Room} room
 */
async function towardsUnread(app, room) {
  const log = store.logs.get(room.id);
  if (!log || !room.member || !room.unread || !app.timeline.stuck) return;
  const first = () => log.entries[0]?.seq ?? 0;
  const { read } = room;
  if (first() <= read + 1 || log.start) return;
  for (let pages = 0; pages < 4 && first() > read + 1 && !log.start; pages += 1)
    await sync.older(room.id, 100).catch(() => {});
  const entry = log.entries.find((one) => one.seq > read && one.by !== me());
  if (!entry || store.open !== room.id || !app.timeline.stuck) return;
  app.timeline.divide(entry.seq);
  app.timeline.goTo(entry.id, true);
}

/** @param {Hubbub.App} app  the newest page was loaded afresh, or the room was lost */
async function reopen(app) {
  const log = store.logs.get(store.open);
  if (!store.rooms.has(store.open)) return arrive(app, boot.urls.chat, false);
  if (log && app.timeline.log && app.timeline.log !== log) display(app, log, false);
}

/** @param {Hubbub.App} app */
function refresh(app) {
  const room = openRoom();
  if (!room) return;
  app.pane.show(room);
  app.composer.show(room);
  app.timeline.refresh();
}

/** @param {Pane} pane */
function moved(pane) {
  pane.pill();
  unread.look();
}

/**
 * @param {HTMLElement} root
 * @param {'list' | 'room'} view  which of the two a phone shows
 */
function show(root, view) {
  root.dataset.view = view;
}

function narrow() {
  return matchMedia('(max-width: 719px)').matches;
}

async function refreshRooms() {
  /** @type {{ rooms: Hubbub.Room[] }} */
  const { rooms } = await import('./net.js').then(({ get }) => get('rooms')).catch(() => ({ rooms: [] }));
  for (const room of rooms) takeRoom(room);
}

/** @param {Hubbub.Room} room */
async function join(room) {
  await tell('POST', `rooms/${room.id}/join`);
  takeRoom({ ...room, member: true, role: 'member' });
}

/** @param {HTMLElement} aside */
async function people(aside) {
  const { togglePeople } = await import('./people.js');
  togglePeople(aside, (username) => void openDirect(username));
}

/** @param {string} username */
async function openDirect(username) {
  const { direct } = await import('./commands.js');
  const room = await direct([username]);
  history.pushState(null, '', hrefOf(room));
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/**
 * @param {Hubbub.App} app
 * @param {MouseEvent} event
 */
function clicked(app, event) {
  const target = event.target instanceof Element ? event.target.closest('[data-act]') : null;
  if (target) void import('./actions.js').then(({ act }) => act(app, /** @type {HTMLElement} */ (target)));
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Item} item  without words of its own: it can go
 */
async function complain(app, item) {
  await app.outbox.discard(item.client_id);
  const { toast } = await import('./dialog.js');
  const { reason } = await import('./row.js');
  toast(reason(item));
}

/** @param {() => void} work */
function afterPaint(work) {
  requestAnimationFrame(() => window.setTimeout(work));
}

/** @param {Hubbub.App} app */
async function lazily(app) {
  const [{ listenToKeys }, { hoverBar }, { mountPeople }] = await Promise.all([
    import('./keys.js'),
    import('./actions.js'),
    import('./people.js'),
  ]);
  listenToKeys(app);
  hoverBar(app);
  mountPeople(app.aside, (username) => void openDirect(username));
}

/** @param {Hubbub.App} app  what tests and a curious person may ask in the console */
function stats(app) {
  const logs = [...store.logs.values()];
  return {
    rows: document.querySelectorAll('article.msg').length,
    records: logs.reduce((sum, log) => sum + log.entries.length, 0),
    outbox: app.outbox.items.length,
    applied: Object.fromEntries(logs.map((log) => [log.room, log.hi])),
  };
}
