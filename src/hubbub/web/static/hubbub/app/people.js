/** Who is in the room and who is there now: the panel beside the log, or a sheet where there is no room for it. */

import { writeTo } from './commands.js';
import { sheet } from './dialog.js';
import { avatar, el, fillWith } from './html.js';
import { t } from './i18n.js';
import { me, on, store } from './store.js';

const MANY = 300;

/** @typedef {(username: string) => void} Choose */

/** @param {Hubbub.App} app */
export function mountPeople(app) {
  const { aside } = app;
  const body = el('div', { class: 'people' });
  fillWith(aside, el('header', { class: 'top' }, el('h1', {}, t('people.title'))), body);
  aside.setAttribute('aria-label', t('people.title'));
  keep(body, (username) => void writeTo(app, username));
}

/**
 * Where the panel has no place the members come as a sheet; where it has, the button folds it.
 * @param {Hubbub.App} app
 */
export function togglePeople(app) {
  if (matchMedia('(min-width: 1100px)').matches) return void app.root.toggleAttribute('data-folded');
  const body = el('div', { class: 'people' });
  const dialog = sheet(t('people.title'), body);
  const stop = keep(body, (username) => {
    dialog.close();
    void writeTo(app, username);
  });
  dialog.addEventListener('close', stop);
}

/**
 * Draws now and whenever something about people changes.
 * @param {HTMLElement} body
 * @param {Choose} choose
 */
function keep(body, choose) {
  let planned = 0;
  const plan = () => {
    window.clearTimeout(planned);
    planned = window.setTimeout(() => draw(body, choose), 50);
  };
  const stops = /** @type {const} */ (['open', 'presence', 'members']).map((topic) =>
    on(topic, (room) => (!room || room === store.open) && plan()),
  );
  draw(body, choose);
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * @param {HTMLElement} body
 * @param {Choose} choose
 */
function draw(body, choose) {
  const online = store.online.get(store.open) ?? new Set();
  const members = (store.members.get(store.open) ?? []).map((member) => ({
    ...member,
    online: online.has(member.username),
  }));
  const known = new Set(members.map((member) => member.username));
  for (const username of online) if (!known.has(username)) members.push({ username, role: '', online: true });
  members.sort((a, b) => a.username.localeCompare(b.username));
  const here = members.filter((member) => member.online);
  const away = members.filter((member) => !member.online);
  fillWith(
    body,
    ...group(t('people.online', { n: here.length }), here, choose),
    ...(away.length ? group(t('people.offline', { n: away.length }), away, choose) : []),
  );
}

/**
 * @param {string} title
 * @param {Hubbub.Member[]} members
 * @param {Choose} choose
 */
function group(title, members, choose) {
  const shown = members.slice(0, MANY).map((member) => el('li', {}, row(member, choose)));
  const rest = members.length - shown.length;
  return [
    el('h2', { class: 'sec' }, title),
    el('ul', { 'data-group': members[0]?.online ? 'online' : 'offline' }, ...shown),
    rest > 0 ? el('p', { class: 'hint' }, t('people.rest', { n: rest })) : null,
  ];
}

/**
 * @param {Hubbub.Member} member
 * @param {Choose} choose
 */
function row({ username, role, online }, choose) {
  const face = avatar(username, 'm');
  const self = username === me();
  face.append(el('i', { 'data-presence': online ? 'online' : 'off' }));
  const note = self ? t('people.you') : role === 'manager' ? t('people.manager') : '';
  const label = self ? t('people.notes') : t('people.write', { name: username });
  const act = { onclick: () => choose(username), title: label };
  return el(
    'button',
    { type: 'button', class: 'person', 'data-username': username, disabled: !me(), ...act },
    face,
    el('b', { dir: 'auto' }, username),
    note && el('small', {}, note),
  );
}
