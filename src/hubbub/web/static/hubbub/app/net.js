/** What the server says: the island in the page, and HTTP to its API with token, patience and refusals as values. It must not know what is asked. */

const PATIENCE = 15_000;

let base = '/api/v1/';
let token = '';
/** @type {() => void} */
let signedOut = () => {};
/** @type {(again: () => void) => void} */
let missed = () => {};

/**
 * @param {{ api?: string, csrf: string, signedOut?: () => void, missed?: typeof missed }} settings
 */
export function useServer(settings) {
  base = settings.api ?? base;
  token = settings.csrf;
  signedOut = settings.signedOut ?? signedOut;
  missed = settings.missed ?? missed;
}

/**
 * A part of the page, fetched when needed; in vain: that is said, and what was begun waits for another try.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
export function part(load) {
  return load().catch(() => new Promise((resolve) => missed(() => resolve(part(load)))));
}

export class Refusal extends Error {
  /** @param {Hubbub.Trouble} trouble */
  constructor(trouble) {
    super(trouble.detail || trouble.code);
    this.trouble = trouble;
  }

  /** Not applied and safe to repeat: the network, a busy server, a limit on the rate. */
  get passing() {
    return ['offline', 'busy', 'unavailable', 'rate_limited'].includes(this.trouble.code) || this.trouble.status >= 500;
  }
}

/**
 * @template T
 * @param {string} path
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<T>}
 */
export function get(path, options = {}) {
  return ask('GET', path, undefined, options.signal);
}

/**
 * @template T
 * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<T>}
 */
export function tell(method, path, body) {
  return ask(method, path, body);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function ask(method, path, body, signal) {
  const patience = AbortSignal.timeout(PATIENCE);
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRFToken'] = token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(base + path, {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  }).catch((error) => {
    throw signal?.aborted ? error : new Refusal({ code: 'offline', detail: String(error), status: 0, after: null });
  });
  return answer(response);
}

/** @param {Response} response */
async function answer(response) {
  const value = await response.json().catch(() => null);
  if (response.ok) return value;
  if (response.status === 401 && !response.url.endsWith('/session')) signedOut();
  const seconds = Number(response.headers.get('Retry-After'));
  throw new Refusal({
    code: value?.code ?? (response.status >= 500 ? 'unavailable' : 'bad_field'),
    detail: value?.detail ?? '',
    status: response.status,
    after: value?.retry_after_ms ?? (seconds > 0 ? seconds * 1000 : null),
  });
}

/** @returns {Hubbub.Boot} */
export function readBoot() {
  const island = document.querySelector('script[type="application/json"][id="boot"]');
  return JSON.parse(island?.textContent ?? '{}');
}

/**
 * The last two years of browsers; others get a plain sentence from the server's skeleton.
 * @returns {boolean}
 */
export function canRun() {
  return (
    typeof AbortSignal.any === 'function' && typeof HTMLDialogElement === 'function' && 'findLast' in Array.prototype
  );
}
