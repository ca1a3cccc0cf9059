/** The lines above the composer that say how things stand with the server: only what lasts is said, and nothing is covered. It must not know the network. */

import { el, fillWith, set } from './html.js';
import { t } from './i18n.js';
import { on, store } from './store.js';

/** @typedef {import('./socket.js').Connection} Connection */

const conn = el('div', { class: 'conn', role: 'status', hidden: true });
let ticking = 0;

/** @param {Hubbub.App} app */
export function watchLines(app) {
  const { connection } = app;
  if (!connection) return;
  app.pane.lines.append(conn);
  on('conn', () => show(connection));
  show(connection);
}

/**
 * Another release is there; nothing happens by itself.
 * @param {Hubbub.App} app
 * @param {() => void} reload
 */
export function offerReload(app, reload) {
  const button = el('button', { type: 'button', onclick: reload }, t('conn.reload'));
  const words = el('span', {}, t('conn.version'));
  app.pane.lines.prepend(el('div', { class: 'conn', role: 'status', 'data-update': true }, words, button));
}

/** @param {Connection} connection */
function show(connection) {
  window.clearInterval(ticking);
  const { stopped } = connection;
  conn.hidden = connection.state !== 'offline';
  if (conn.hidden) return;
  set(conn, 'data-stopped', stopped);
  if (stopped) return fillWith(conn, el('span', {}, t(`conn.${stopped}`)), remedy(stopped));
  const words = el('span', {});
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((connection.next - Date.now()) / 1000));
    words.textContent = seconds ? t('conn.offline', { n: seconds }) : t('conn.trying');
  };
  tick();
  ticking = window.setInterval(tick, 1000);
  fillWith(conn, words, el('button', { type: 'button', onclick: () => connection.now() }, t('conn.now')));
}

/** @param {Hubbub.StopReason} reason */
function remedy(reason) {
  if (reason === 'signed_out') {
    const next = encodeURIComponent(location.pathname + location.search);
    return el('a', { class: 'button', href: `${store.boot.urls.sign_in}?next=${next}` }, t('sign_in'));
  }
  return el('button', { type: 'button', class: 'button', onclick: () => location.reload() }, t('conn.reload'));
}
