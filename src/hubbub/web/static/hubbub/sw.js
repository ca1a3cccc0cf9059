/** Opens the chat without a network: keeps its files and its last page. It must not know rooms, and keeps no answer of the API. */

// RELEASE is written in front of this script by the server.
const worker = /** @type {Hubbub.Worker} */ (/** @type {unknown} */ (self));
const { chat, folder, files, hashed } = RELEASE;
const PATIENCE = 2500;
const FILES = `hubbub files ${chat} ${RELEASE.name}`;
const SHELL = `hubbub shell ${chat}`;

worker.addEventListener('install', (event) => event.waitUntil(fetchFiles()));
worker.addEventListener('activate', (event) => event.waitUntil(forgetOld().then(() => worker.clients.claim())));
worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== worker.location.origin) return;
  if (mode === 'navigate' && pathname.startsWith(chat)) event.respondWith(page(event));
  else if (pathname.startsWith(folder)) event.respondWith(file(event.request));
});
// The reader chose to go on with the new release; or signed out, or lost a room: the last page is theirs no more.
worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
  if (event.data === 'forget') event.waitUntil(caches.delete(SHELL));
});

async function fetchFiles() {
  const cache = await caches.open(FILES);
  await cache.addAll(files);
}

/** A last page that needs files of an old release could not open any more. */
async function forgetOld() {
  const ours = (/** @type {string} */ key) => key.startsWith(`hubbub files ${chat} `) && key !== FILES;
  const old = (await caches.keys()).filter(ours);
  await Promise.all(old.map((key) => caches.delete(key)));
  const shell = await kept();
  if (shell && shell.headers.get('Hubbub-Shell') !== RELEASE.name) await caches.delete(SHELL);
}

/**
 * From the network, or the last page when there is none in time; it finds its own way from the address.
 * Whoever comes from another page, such as the one to sign in, may be somebody else, and waits.
 * @param {Hubbub.WorkerEvent} event
 */
async function page(event) {
  const fetched = fetch(event.request).then((response) => {
    if (response.ok && response.headers.has('Hubbub-Shell')) event.waitUntil(keep(response.clone()));
    return response;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, null));
  if (fromElsewhere(event.request)) return fetched;
  const response = await Promise.race([fetched, late]).catch(() => null);
  if (response && response.status < 500) return response;
  return (await kept()) ?? fetched;
}

/** @param {Request} request */
function fromElsewhere({ referrer }) {
  if (!referrer) return false;
  const { origin, pathname } = new URL(referrer);
  return origin === worker.location.origin && !pathname.startsWith(chat);
}

/** @param {Response} response */
async function keep(response) {
  const cache = await caches.open(SHELL);
  await cache.put(chat, response);
}

async function kept() {
  const cache = await caches.open(SHELL);
  return cache.match(chat, { ignoreVary: true });
}

/**
 * Under a hashed name the content is the same for ever; else the network knows better.
 * @param {Request} request
 */
async function file(request) {
  const cache = await caches.open(FILES);
  const known = await cache.match(request, { ignoreVary: true });
  if (known && hashed) return known;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    if (known) return known;
    throw error;
  }
}
