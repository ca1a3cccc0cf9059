/** What a person chooses for this browser: look, text, keys, language. Each choice takes effect at once and is kept; there is no Save. */

import { open } from './dialog.js';
import { el, fillWith, icon, iconButton } from './html.js';
import { t } from './i18n.js';
import { chosen, on, store } from './store.js';
import { tellLook } from './tabs.js';

const YEAR = 365 * 24 * 3600;
const SHOWN = 2000;

/** What the page itself is drawn by: the server reads the cookie, so that nothing flashes at the next load. */
const LOOKS = /** @type {[string, string[]][]} */ ([
  ['theme', ['system', 'light', 'dark']],
  ['density', ['cosy', 'compact']],
  ['size', ['90', '100', '112', '125']],
]);
/** What only the script asks for. */
const HABITS = /** @type {['enter' | 'typing', string[]][]} */ ([
  ['enter', ['send', 'break']],
  ['typing', ['on', 'off']],
]);

/** @param {Hubbub.App} app */
export function openSettings(app) {
  if (document.querySelector('dialog.settings')) return;
  const label = t('settings.title');
  const looks = LOOKS.map(([name, values]) =>
    group(name, values, document.documentElement.dataset[name] ?? '', (value) => look(name, value)),
  );
  const habits = HABITS.map(([name, values]) =>
    group(name, values, chosen(name) || values[0], (value) => localStorage.setItem(`hubbub ${name}`, value)),
  );
  const close = iconButton('close', t('close'), () => dialog.close());
  const head = el('header', { class: 'top' }, el('h2', {}, label), close);
  const body = el('div', { class: 'choosing' }, ...looks, ...habits, languages(), ...facts(app));
  const dialog = open(el('div', { class: 'panel' }, head, body), 'settings', label);
}

/**
 * @param {string} name
 * @param {string} value
 */
function look(name, value) {
  document.documentElement.dataset[name] = value;
  tellLook(name, value);
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser that we support
  document.cookie = `hubbub_${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

/**
 * One question with a few answers; a quiet tick says that the answer is kept.
 * @param {string} name
 * @param {string[]} values
 * @param {string} now
 * @param {(value: string) => void} choose
 */
function group(name, values, now, choose) {
  const tick = el('span', { class: 'tick', role: 'status' });
  const take = (/** @type {string} */ value) => {
    choose(value);
    kept(tick);
  };
  const answers = values.map((value) =>
    el(
      'label',
      {},
      el('input', { type: 'radio', name, value, checked: value === now, onchange: () => take(value) }),
      el('span', {}, t(`settings.${name}.${value}`)),
    ),
  );
  const question = el('legend', {}, t(`settings.${name}`), tick);
  return el('fieldset', {}, question, el('div', { class: 'answers' }, ...answers));
}

/** @param {HTMLElement} tick */
function kept(tick) {
  fillWith(tick, icon('tick'), el('span', { class: 'sr' }, t('settings.kept')));
  window.setTimeout(() => fillWith(tick), SHOWN);
}

function languages() {
  const trouble = el('p', { class: 'note', role: 'alert', hidden: true });
  const now = store.boot.locale;
  const options = store.boot.languages.map((code) => {
    const name = new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code;
    const shown = name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
    return el('option', { value: code, lang: code, selected: code === now || now.startsWith(`${code}-`) }, shown);
  });
  const onchange = (/** @type {Event} */ { currentTarget }) =>
    void translate(/** @type {HTMLSelectElement} */ (currentTarget).value, trouble);
  const select = el('select', { onchange, 'aria-label': t('settings.language') }, ...options);
  return el('fieldset', {}, el('legend', {}, t('settings.language')), select, trouble);
}

/**
 * The words come with the page, so it is loaded anew; what is being written is kept.
 * @param {string} language
 * @param {HTMLElement} trouble
 */
async function translate(language, trouble) {
  const { csrf, urls } = store.boot;
  const headers = { Accept: 'application/json', 'X-CSRFToken': csrf };
  const body = new URLSearchParams({ language });
  const answer = await fetch(urls.language, { method: 'POST', headers, body }).catch(() => null);
  if (answer?.ok) return location.reload();
  trouble.hidden = false;
  trouble.textContent = t('settings.not_kept');
}

/**
 * How the page is connected, and the way to one's account.
 * @param {Hubbub.App} app
 */
function facts(app) {
  const { account } = store.boot.urls;
  const link = account ? el('p', {}, el('a', { href: account }, t('settings.account'))) : null;
  if (!app.connection) return link ? [link] : [];
  const by = () => app.connection?.by;
  const way = el('p', { class: 'quiet', 'data-connection': '' });
  const show = () => {
    const { conn } = document.documentElement.dataset;
    way.textContent = t(`settings.connection.${(conn === 'online' && by()) || conn}`);
  };
  show();
  const stop = on('conn', () => (way.isConnected ? show() : stop()));
  const held = el('fieldset', {}, el('legend', {}, t('settings.connection')), way);
  return link ? [held, link] : [held];
}
