/** Signing in again over the room, and signing out for good. It must not know what is said in the room. */

import { wipe } from './cache.js';
import { open } from './dialog.js';
import { el, set } from './html.js';
import { t } from './i18n.js';
import { forgetPage } from './installed.js';
import { Refusal, tell, useServer } from './net.js';
import { me, on, store } from './store.js';
import { leave, tellLeft } from './tabs.js';

/** @type {HTMLDialogElement | null} */
let shown = null;

/** @param {Hubbub.App} app  an ended session is begun anew where one is: drafts, place and unsent words stay */
export function watchSession(app) {
  const look = () => {
    if (app.connection?.stopped === 'signed_out') offer(app);
    else shown?.close();
  };
  on('conn', look);
  look();
}

/**
 * What others wrote leaves this browser; one's own unfinished words wait for one's return.
 * @param {Hubbub.App} app
 */
export async function signOut(app) {
  await Promise.allSettled([wipe(app.keep), forgetPage()]);
  await tell('DELETE', 'session').catch(() => {});
  tellLeft();
  leave();
}

/** @param {Hubbub.App} app */
function offer(app) {
  if (shown) return;
  const trouble = el('p', { class: 'note', role: 'alert', hidden: true });
  const password = el('input', { type: 'password', autocomplete: 'current-password', required: true });
  const name = el('input', { type: 'text', value: me(), autocomplete: 'username', readonly: true });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void signIn(app, password, trouble);
  };
  const next = encodeURIComponent(location.pathname + location.search);
  const form = el(
    'form',
    { onsubmit: submit, class: 'signing' },
    el('h2', {}, t('sign_in.again')),
    el('p', {}, t('conn.signed_out')),
    el('div', { class: 'connect' }, el('label', {}, t('sign_in.name'), name)),
    el('div', { class: 'connect' }, el('label', {}, t('sign_in.password'), password)),
    trouble,
    el(
      'div',
      { class: 'buttons' },
      el('a', { href: `${store.boot.urls.sign_in}?next=${next}` }, t('sign_in.other')),
      el('button', { type: 'submit', class: 'button primary' }, t('sign_in')),
    ),
  );
  shown = open(form, 'ask', t('sign_in.again'));
  shown.addEventListener('close', () => (shown = null));
  password.focus();
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLInputElement} password
 * @param {HTMLElement} trouble
 */
async function signIn(app, password, trouble) {
  try {
    /** @type {{ csrf_token: string }} */
    const { csrf_token: csrf } = await tell('POST', 'session', { username: me(), password: password.value });
    useServer({ csrf });
    shown?.close();
    app.connection?.revive();
  } catch (error) {
    const code = error instanceof Refusal ? error.trouble.code : 'offline';
    trouble.textContent = t(
      code === 'unauthenticated' || code === 'rate_limited' ? `sign_in.${code}` : 'sign_in.failed',
    );
    set(trouble, 'hidden', false);
    password.select();
  }
}
