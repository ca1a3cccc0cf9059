/** Starts the client: reads the island, paints, connects, then fetches the lazy parts. It knows everybody and does little itself. */

import { Composer } from './composer.js';
import { afterFrame, el, useIcons } from './html.js';
import { speak, t } from './i18n.js';
import { Keep } from './idb.js';
import { canRun, part, readBoot, useServer } from './net.js';
import { Outbox } from './outbox.js';
import { Pane } from './room.js';
import { arrive, followed, go, keepPlace, reopen, returned, show } from './route.js';
import { Connection } from './socket.js';
import { announce, fill, me, on, openRoom, store } from './store.js';
import * as sync from './sync.js';
import { Timeline } from './timeline.js';

const AGAIN = 3000;
const LATE = 1000;
const boot = readBoot();
if (canRun()) start();

function start() {
  speak(boot.catalogue, boot.locale, navigator.language);
  useIcons(boot.urls.icons);
  fill(boot);
  document.documentElement.dataset.conn = 'late';
  const app = build();
  useServer({ api: boot.urls.api, csrf: boot.csrf, signedOut: () => app.connection?.stop('signed_out'), missed });
  sync.start(app.connection, app.outbox, app.keep);
  if (boot.page && boot.room) sync.install(boot.room.id, boot.page);
  if (boot.context && boot.room) sync.takePage(boot.room.id, boot.context, { around: 0, limit: sync.PAGE });
  listen(app);
  void arrive(app, new URL(location.href), returned() ? history.state?.where : undefined);
  void shown().then(() => live(app));
}

/** Once the first frame is drawn; a window that nobody sees may never be, and is connected all the same. */
function shown() {
  const late = new Promise((done) => window.setTimeout(done, LATE));
  return Promise.race([new Promise((done) => afterFrame(() => done(null))), late]);
}

/**
 * The room is on screen: now all that may come a moment later.
 * @param {Hubbub.App} app
 */
function live(app) {
  app.connection?.start();
  void app.outbox.kick();
  void app.composer.remember();
  void lazily(app);
}

/** @returns {Hubbub.App} */
function build() {
  const root = /** @type {HTMLElement} */ (document.querySelector('.app'));
  const side = /** @type {HTMLElement} */ (root.querySelector('.side'));
  const main = el('main', { class: 'main' });
  const aside = el('aside', { class: 'aside', 'data-region': 'people' });
  const name = `hubbub ${boot.urls.chat} ${me()}`;
  const keep = new Keep(name);
  const outbox = new Outbox({
    name,
    keep,
    deliver: (item) => deliver(app, item),
    tell: (room) => announce('outbox', room),
  });
  const begun = {
    root,
    side,
    main,
    aside,
    keep,
    outbox,
    connection: connect(),
    go: (/** @type {string} */ href) => go(app, href),
  };
  const app = /** @type {Hubbub.App} */ (/** @type {unknown} */ (begun));
  app.pane = paneOf(app);
  app.timeline = timelineOf(app);
  app.composer = composerOf(app, keep);
  app.pane.hold(app.timeline, app.composer);
  root.querySelector('.main')?.replaceWith(main, aside);
  return app;
}

/**
 * @param {Hubbub.App} app
 * @param {Hubbub.Item} item
 */
async function deliver(app, item) {
  const answer = await sync.deliver(item);
  if (answer.kind === 'later' && answer.slow)
    void import('./slow.js').then(({ countDown }) => countDown(app.composer.element, answer.after ?? 1000));
  return answer;
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
    people: () => void part(() => import('./people.js')).then(({ togglePeople }) => togglePeople(app)),
    join: (room) => void part(() => import('./commands.js')).then(({ join }) => join(room)),
    more: (button) => void part(() => import('./actions.js')).then(({ roomMenu }) => roomMenu(app, button)),
  });
}

/** @param {Hubbub.App} app */
function timelineOf(app) {
  return new Timeline(app.pane.log, {
    load: (where) => part(() => import('./history.js')).then(({ load }) => load(where)),
    moved: () => moved(app),
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
    command: (text) =>
      text.startsWith('/') ? part(() => import('./commands.js')).then(({ run }) => run(app, text)) : null,
    pick: (button, choose) => void part(() => import('./emoji/picker.js')).then(({ pick }) => pick(button, choose)),
    entry: (id) => store.logs.get(store.open)?.byId.get(id),
    completion: (field) => part(() => import('./complete.js')).then(({ complete }) => complete(field)),
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
  app.timeline.divide(0);
  app.timeline.toEnd();
}

/** @param {Hubbub.App} app */
function listen(app) {
  const { pane, timeline, composer, outbox } = app;
  on('log', (room, patch) => room === store.open && patch && timeline.take(patch));
  on('outbox', (room) => {
    sync.tidy(room);
    if (room === store.open) timeline.refresh();
  });
  on('typing', (room) => room === store.open && pane.typing(room));
  on('presence', () => openRoom()?.kind === 'direct' && refresh(app));
  on('rooms', (room) => room === store.open && refresh(app));
  on('afresh', (room) => room === store.open && void reopen(app));
  window.addEventListener('popstate', ({ state }) => void arrive(app, new URL(location.href), state?.where));
  window.addEventListener('online', () => void outbox.kick());
  window.addEventListener(
    'beforeunload',
    (event) => outbox.items.some((item) => item.state === 'queued') && event.preventDefault(),
  );
  pane.log.addEventListener('click', (event) => clicked(app, event));
  composer.element.setAttribute('data-region', 'composer');
}

/** @param {Hubbub.App} app */
function refresh(app) {
  const room = openRoom();
  if (!room) return;
  app.pane.show(room);
  app.composer.show(room);
  app.timeline.refresh();
}

/** @param {Hubbub.App} app */
function moved(app) {
  app.pane.pill();
  announce('moved');
  keepPlace(app);
}

/** @param {() => void} again  what could not be loaded */
async function missed(again) {
  const { toast } = await import('./dialog.js');
  toast(t('part.missing'), { words: t('part.again'), act: again });
}

/**
 * @param {Hubbub.App} app
 * @param {MouseEvent} event
 */
function clicked(app, event) {
  const target = event.target instanceof Element ? event.target.closest('[data-act], .body a') : null;
  if (target instanceof HTMLAnchorElement) return followed(app, event, target);
  if (target) void part(() => import('./actions.js')).then(({ act }) => act(app, /** @type {HTMLElement} */ (target)));
}

/**
 * The rest of the page; what a network took away is fetched again.
 * @param {Hubbub.App} app
 */
async function lazily(app) {
  const parts = await Promise.all([
    import('./sidebar.js').then(({ mountSidebar }) => mountSidebar(app)),
    import('./unread.js'),
    import('./keys.js'),
    import('./actions.js'),
    import('./people.js'),
    import('./attend.js'),
    import('./leisure.js'),
  ]).catch(() => null);
  if (!parts) return void window.setTimeout(() => void lazily(app), AGAIN);
  const [, { watchReading }, { listenToKeys }, { hoverBar }, { mountPeople }, { attend }, { atLeisure }] = parts;
  watchReading({ seen: () => app.timeline.lastSeen(), read: (room, seq) => void sync.sendRead(room, seq) });
  listenToKeys(app);
  hoverBar(app);
  mountPeople(app);
  atLeisure(app);
  await attend(app);
}
