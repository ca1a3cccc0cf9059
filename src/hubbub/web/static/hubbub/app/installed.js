/** The chat as something installed: its worker, new releases, and forgetting what is not the reader's any more. It must not know rooms. */

import { trustedScript } from './html.js';
import { offerReload } from './lines.js';
import { on, store } from './store.js';

const TURN = 3000;

let told = false;

/**
 * @param {Hubbub.App} app
 */
export function watchReleases(app) {
  const worker = store.boot.urls.worker;
  const options = { scope: store.boot.urls.chat, updateViaCache: /** @type {const} */ ('none') };
  navigator.serviceWorker?.register(trustedScript(worker), options).catch(() => {});
  if (store.boot.rooms.some((room) => !store.rooms.has(room.id))) void forgetPage();
  on('lost', () => void forgetPage());
  on('conn', () => app.connection?.state === 'online' && void look(app));
}

/** The last page is kept no longer: it holds what one has lost. */
export async function forgetPage() {
  const registration = await navigator.serviceWorker?.getRegistration(store.boot.urls.chat);
  registration?.active?.postMessage('forget');
}

/**
 * After each return the server may be another release. Nothing reloads by itself: somebody may be writing.
 * @param {Hubbub.App} app
 */
async function look(app) {
  const { worker, chat } = store.boot.urls;
  const script = await fetch(worker, { cache: 'no-cache' }).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  if (told || !script || script.includes(`"${store.boot.release}"`)) return;
  told = true;
  await navigator.serviceWorker?.getRegistration(chat).then((known) => known?.update().catch(() => {}));
  offerReload(app, () => void reload());
}

/** The new worker takes over first, so that the page and its files are of one release. */
async function reload() {
  const registration = await navigator.serviceWorker?.getRegistration(store.boot.urls.chat);
  const waiting = registration?.waiting ?? registration?.installing;
  if (waiting) {
    const turned = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    waiting.postMessage('take over');
    await Promise.race([turned, new Promise((resolve) => window.setTimeout(resolve, TURN))]);
  }
  location.reload();
}
