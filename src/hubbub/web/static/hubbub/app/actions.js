/** Everything that can be done to a message, and the menus of a room and of oneself: one list for bar, menu, sheet and keys. */

import { writeTo } from './commands.js';
import { ask, toast } from './dialog.js';
import { mentions } from './fmt.js';
import { el, fillWith, iconButton } from './html.js';
import { t } from './i18n.js';
import { openMenu } from './menu.js';
import { showNames, watchNames } from './names.js';
import { part, tell } from './net.js';
import { indexOf } from './roomlog.js';
import { hindrance, hrefOf, manages, me, openRoom, store, takeRead } from './store.js';
import { sendRead } from './sync.js';
import { watchTouch } from './touch.js';
import { hold } from './unread.js';

const QUICK = ['👍', '❤️', '😂', '🎉', '👀', '🙏'];

/** @typedef {import('./row.js').Row} Row */
/** @typedef {import('./menu.js').Choice} Choice */

/**
 * What can be done to this message, by name.
 * @param {Hubbub.App} app
 * @param {Row} row
 * @returns {Map<string, Choice>}
 */
export function choicesFor(app, row) {
  const { entry } = row.view;
  const room = openRoom();
  /** @type {Map<string, Choice>} */
  const choices = new Map();
  if (!room || !entry.id || entry.deleted) return choices;
  const may = !hindrance(room);
  const mine = entry.by === me();
  const put = (
    /** @type {string} */ name,
    /** @type {string} */ sign,
    /** @type {() => void} */ act,
    key = '',
    danger = false,
  ) => choices.set(name, { label: t(`act.${name}`), icon: sign, act, key, danger });
  if (row.view.mayReact) put('react', 'react', () => react(app, row, row.element), '+');
  if (may) put('reply', 'reply', () => app.composer.reply(entry.id), 'R');
  if (may && mine)
    put('edit', 'edit', () => void part(() => import('./editor.js')).then(({ edit }) => edit(app, row)), 'E');
  put('link', 'link', () => copy(location.origin + hrefOf(room, entry.seq), t('room.copied')), 'C');
  put('copy', 'copy', () => copy(entry.body ?? '', t('act.copied')), `${commandKey()}C`);
  if (room.member && !mine) put('unread', 'unread', () => void markUnread(app, row), 'U');
  if (!room.archived && (mine || manages(room)) && me())
    put('delete', 'delete', () => void remove(app, row), 'Del', true);
  return choices;
}

function commandKey() {
  return /Mac|iP(hone|ad)/.test(navigator.platform) ? '⌘' : 'Ctrl+';
}

/**
 * @param {string} text
 * @param {string} done  what to say then
 */
function copy(text, done) {
  void navigator.clipboard.writeText(text).then(
    () => toast(done),
    () => toast(t('act.copy_failed')),
  );
}

/**
 * Something in the log was pressed.
 * @param {Hubbub.App} app
 * @param {HTMLElement} target
 */
export async function act(app, target) {
  const row = app.timeline.rowOf(target);
  const { act: name = '', emoji = '' } = target.dataset;
  if (!row) return;
  const { item, entry } = row.view;
  if (name === 'person') return void (me() && (await writeTo(app, entry.by)));
  if (name === 'jump') return jump(app, entry.reply_to ?? '');
  if (name === 'toggle') return toggle(app, row, emoji);
  if (name === 'react') return react(app, row, target);
  if (name === 'more') return menu(app, row, target);
  if (name === 'retry' && item) return app.outbox.retry(item.client_id);
  if (name === 'discard' && item) return app.outbox.discard(item.client_id);
  if (name === 'rewrite' && item) return rewrite(app, row, item);
  choicesFor(app, row).get(name)?.act();
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 * @param {string} emoji
 */
export async function toggle(app, row, emoji) {
  const room = openRoom();
  if (!room) return;
  const mine = row.view.entry.reactions[emoji]?.includes(me());
  await app.outbox.put({ room: room.id, op: mine ? 'unreact' : 'react', target: row.view.entry.id, emoji });
}

/**
 * Asks, quoting what would go.
 * @param {Hubbub.App} app
 * @param {Row} row
 */
export async function remove(app, row) {
  const { entry } = row.view;
  const room = openRoom();
  const title = t(entry.by === me() ? 'delete.mine' : 'delete.theirs', { name: entry.by });
  if (!room || !(await ask({ title, quote: entry.body ?? '', confirm: t('act.delete'), danger: true }))) return;
  await app.outbox.put({ room: room.id, op: 'delete', target: entry.id });
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 * @param {import('./menu.js').Where} where
 */
export function menu(app, row, where) {
  const choices = choicesFor(app, row);
  if (!choices.size) return;
  const take = (/** @type {string} */ emoji) => {
    close();
    void toggle(app, row, emoji);
  };
  const quick = QUICK.map((emoji) =>
    el('button', { type: 'button', role: 'menuitem', tabindex: -1, onclick: () => take(emoji) }, emoji),
  );
  const group = { class: 'quick', role: 'group', 'aria-label': t('act.react') };
  const above = choices.has('react') ? el('div', group, ...quick) : null;
  row.element.toggleAttribute('data-on', true);
  const close = openMenu(where, [...choices.values()], t('act.menu'), {
    above,
    said: row.view.entry.body ?? '',
    closed: () => row.element.toggleAttribute('data-on', false),
  });
}

/** @param {Hubbub.App} app  the bar that appears on the row under the pointer or the focus */
export function hoverBar(app) {
  const { list } = app.timeline;
  const bar = el('div', { class: 'tools' });
  const show = (/** @type {Event} */ event) => {
    const row = event.target instanceof Element ? app.timeline.rowOf(event.target) : undefined;
    if (row && !bar.contains(/** @type {Node} */ (event.target)) && bar.parentNode !== row.element)
      attach(app, bar, row);
  };
  list.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && show(event));
  list.addEventListener('focusin', show);
  list.addEventListener('contextmenu', (event) => context(app, event));
  watchNames(list);
  watchTouch(list, { press: (target) => press(app, target), pull: (target) => pull(app, target) });
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLElement} bar
 * @param {Row} row
 */
function attach(app, bar, row) {
  const choices = choicesFor(app, row);
  if (!choices.size) return bar.remove();
  const buttons = ['react', 'reply'].flatMap((name) => {
    const choice = choices.get(name);
    return choice?.icon ? [iconButton(choice.icon, choice.label, () => {}, { 'data-act': name, tabindex: -1 })] : [];
  });
  fillWith(
    bar,
    ...buttons,
    iconButton('more', t('act.more'), () => {}, { 'data-act': 'more', tabindex: -1 }),
  );
  row.element.append(bar);
}

/**
 * @param {Hubbub.App} app
 * @param {MouseEvent} event
 */
function context(app, event) {
  const target = /** @type {Element} */ (event.target);
  const row = app.timeline.rowOf(target);
  if (!row || target.closest('a, textarea') || String(getSelection()) || !choicesFor(app, row).size) return;
  event.preventDefault();
  // A long press says so twice: by its time, and by this.
  const touched = event instanceof PointerEvent && event.pointerType === 'touch';
  if (!touched) menu(app, row, { x: event.clientX, y: event.clientY });
}

/**
 * A long press on a reaction says whose it is, elsewhere on the row what can be done.
 * @param {Hubbub.App} app
 * @param {Element} target
 */
function press(app, target) {
  const chip = target.closest('[data-names]');
  const row = app.timeline.rowOf(target);
  if (chip instanceof HTMLElement) showNames(chip);
  else if (row) menu(app, row, 'sheet');
}

/**
 * @param {Hubbub.App} app
 * @param {Element} target
 */
function pull(app, target) {
  const row = app.timeline.rowOf(target);
  if (row) choicesFor(app, row).get('reply')?.act();
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 * @param {Element} where
 */
async function react(app, row, where) {
  const { pick } = await part(() => import('./emoji/picker.js'));
  pick(where, (emoji) => void toggle(app, row, emoji));
}

/**
 * To the message that was answered, which has an address like any other place.
 * @param {Hubbub.App} app
 * @param {string} id
 */
async function jump(app, id) {
  const room = openRoom();
  const original = app.timeline.log?.byId.get(id);
  if (!room || !original || original.deleted) return toast(t('jump.gone'));
  await app.go(hrefOf(room, original.seq));
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 * @param {Hubbub.Item} item
 */
async function rewrite(app, row, item) {
  if (item.op === 'edit') return part(() => import('./editor.js')).then(({ edit }) => edit(app, row));
  app.composer.rewrite(item.body ?? '', item.reply_to ?? null);
  await app.outbox.discard(item.client_id);
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 */
async function markUnread(app, row) {
  const room = openRoom();
  const { log } = app.timeline;
  if (!room || !log) return;
  const { seq } = row.view.entry;
  const rest = log.entries.slice(indexOf(log, seq)).filter((entry) => entry.by !== me() && !entry.deleted);
  const calling = room.kind === 'direct' ? rest : rest.filter((entry) => mentions(entry.body ?? '', me()));
  hold(room.id);
  app.timeline.divide(seq);
  takeRead(room.id, { seq: seq - 1, unread: rest.length, mentions: calling.length });
  await sendRead(room.id, seq - 1, true);
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLElement} button
 */
export function roomMenu(app, button) {
  const room = openRoom();
  if (!room) return;
  const leave = async () => {
    if (
      !(await ask({
        title: t('leave.ask', { room: room.name }),
        quote: room.kind === 'private' ? t('leave.private') : undefined,
        confirm: t('leave.leave'),
        danger: true,
      }))
    )
      return;
    await tell('POST', `rooms/${room.id}/leave`);
    store.rooms.set(room.id, { ...room, member: false, role: null, unread: 0, mentions: 0 });
    app.go(store.boot.urls.chat);
  };
  const copy = () =>
    void navigator.clipboard.writeText(location.origin + hrefOf(room)).then(() => toast(t('room.copied')));
  openMenu(
    button,
    [
      { label: t('room.copy_link'), icon: 'copy', act: copy },
      { label: t('leave.leave'), icon: 'leave', danger: true, act: () => void leave() },
    ],
    t('room.more'),
  );
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLElement} button
 */
export function myMenu(app, button) {
  const { account, admin } = store.boot.urls;
  /** @type {Choice[]} */
  const choices = [];
  const settings = () => void part(() => import('./settings.js')).then(({ openSettings }) => openSettings(app));
  const keys = () => void part(() => import('./keyhelp.js')).then(({ showKeys }) => showKeys());
  choices.push({ label: t('me.settings'), icon: 'settings', act: settings });
  if (!matchMedia('(hover: none)').matches) choices.push({ label: t('keys.title'), icon: 'keys', key: '?', act: keys });
  if (account) choices.push({ label: t('me.account'), icon: 'person', act: () => location.assign(account) });
  if (admin) choices.push({ label: t('me.admin'), icon: 'lock', act: () => location.assign(admin) });
  choices.push({
    label: t('me.sign_out'),
    icon: 'leave',
    act: () => void part(() => import('./signing.js')).then(({ signOut }) => signOut(app)),
  });
  openMenu(button, choices, t('me.menu'));
}
