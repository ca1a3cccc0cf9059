/** The session socket: opening, liveness, coming back. It must not know what the frames mean nor touch the page. */

const STEPS = [500, 1000, 2000, 4000, 8000, 15_000];
const UNSEEN = 12_000;
const SILENCE = 40_000;
const PROBE = 3000;
const LATE = 4000;
const STABLE = 5000;
const TICK = 5000;
const ASLEEP = 20_000;
const ANSWER = 10_000;

/** @type {Record<number, Hubbub.StopReason>} */
const STOPS = { 4401: 'signed_out', 4403: 'forbidden', 4404: 'forbidden', 4406: 'version' };

/**
 * Full jitter: anywhere between nothing and the step, so that a crowd comes back spread out.
 * @param {number} tries
 * @param {number} random  0 to 1
 */
export function backoff(tries, random) {
  return Math.round(STEPS[Math.min(tries, STEPS.length - 1)] * random);
}

/**
 * How long to wait for the next try. Whoever looks at the page is back at once; those who do not leave them room, and
 * come back over some seconds even where the server is there again in the same instant.
 * @param {number} tries
 * @param {number} random  0 to 1
 * @param {boolean} seen
 */
export function pause(tries, random, seen) {
  return tries === 0 && !seen ? Math.round(UNSEEN * random) : backoff(tries, random);
}

/**
 * @typedef {object} Hooks
 * @property {() => object | undefined} resume  the positions to go on from
 * @property {(frame: Hubbub.Frame) => void} frame
 * @property {() => void} state  something about the connection changed
 */

export class Connection {
  /** @type {Hubbub.ConnState} */
  state = 'late';
  /** @type {Hubbub.StopReason | null} */
  stopped = null;
  /** When the next try will be, in milliseconds since 1970, while there is one to wait for. */
  next = 0;
  #url;
  #hooks;
  /** @type {WebSocket | null} */
  #socket = null;
  #tries = 0;
  #heard = 0;
  #ticked = Date.now();
  #retry = 0;
  #probe = 0;
  #late = 0;
  #stable = 0;
  #counter = 0;
  /** @type {Map<string, (answer: Hubbub.Delivery) => void>} */
  #asked = new Map();
  /** Whether the socket is open and greeted; and whether plain HTTP carries the chat meanwhile. */
  #ready = false;
  #carried = false;

  /**
   * @param {string} url
   * @param {Hooks} hooks
   */
  constructor(url, hooks) {
    this.#url = new URL(url, location.href.replace(/^http/, 'ws')).href;
    this.#hooks = hooks;
  }

  start() {
    for (const name of ['focus', 'online', 'pageshow']) window.addEventListener(name, () => this.probe());
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.probe());
    window.setInterval(() => this.#tick(), TICK);
    this.#fall();
    this.#open();
  }

  get online() {
    return this.#ready;
  }

  /** @returns {'socket' | 'http' | null} */
  get by() {
    return this.#ready ? 'socket' : this.#carried ? 'http' : null;
  }

  /** Whatever the browser believes about the socket, only an answer proves it. */
  probe() {
    if (this.stopped) return;
    if (!this.online) return void ((this.#retry || Date.now() - this.#heard > PROBE) && this.now());
    if (this.#probe) return;
    this.send({ type: 'ping' });
    const asked = Date.now();
    this.#probe = window.setTimeout(() => {
      this.#probe = 0;
      if (this.#heard < asked) this.#lost(1006);
    }, PROBE);
  }

  /** Try at once. */
  now() {
    if (this.stopped) return;
    window.clearTimeout(this.#retry);
    this.#retry = 0;
    this.#abandon();
    this.#open();
  }

  /** @param {object} frame */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.online) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * @param {object} operation
   * @returns {Promise<Hubbub.Delivery>}
   */
  op(operation) {
    this.#counter += 1;
    const ref = `o${this.#counter}`;
    return new Promise((resolve) => {
      const late = window.setTimeout(() => this.#answer(ref, { kind: 'later', after: 0 }), ANSWER);
      this.#asked.set(ref, (answer) => {
        window.clearTimeout(late);
        resolve(answer);
      });
      if (!this.send({ type: 'op', ref, ...operation })) this.#answer(ref, { kind: 'later', after: 0 });
    });
  }

  /**
   * Somebody else carries the chat while the socket is away, or cannot either.
   * @param {boolean} carried
   */
  carry(carried) {
    if (carried === this.#carried) return;
    this.#carried = carried;
    if (this.#ready) return;
    this.#still();
    this.state = 'late';
    if (carried) this.state = 'online';
    else this.#fall();
    this.#hooks.state();
  }

  /**
   * Not by chance: trying again would not help until something is done.
   * @param {Hubbub.StopReason} reason
   */
  stop(reason) {
    this.#abandon();
    window.clearTimeout(this.#retry);
    this.#retry = 0;
    this.stopped = reason;
    this.#still();
    this.state = 'offline';
    this.#hooks.state();
  }

  /** What it was stopped for is mended. */
  revive() {
    this.stopped = null;
    this.state = 'late';
    this.now();
  }

  /** Leave and come back with `resume`: the server has left us behind. */
  again() {
    this.#lost(1006);
  }

  #open() {
    this.next = 0;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heard = Date.now();
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', v: 1, resume: this.#hooks.resume() }));
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#lost(code);
    this.#hooks.state();
  }

  /** @param {string} data */
  #hear(data) {
    this.#heard = Date.now();
    const frames = JSON.parse(data);
    for (const frame of Array.isArray(frames) ? frames : [frames]) this.#take(frame);
  }

  /** @param {Hubbub.Frame} frame */
  #take(frame) {
    if (frame.type === 'ready') this.#rise();
    this.#hooks.frame(frame);
    if (frame.type === 'ack')
      this.#answer(frame.ref ?? '', { kind: 'acked', ack: /** @type {Hubbub.Ack} */ (/** @type {unknown} */ (frame)) });
    if (frame.type === 'err') this.#answer(frame.ref ?? '', refusal(frame));
    if (frame.type === 'drain') this.#leave(frame.within_ms ?? 0);
  }

  /**
   * @param {string} ref
   * @param {Hubbub.Delivery} answer
   */
  #answer(ref, answer) {
    const waiting = this.#asked.get(ref);
    this.#asked.delete(ref);
    waiting?.(answer);
  }

  #still() {
    window.clearTimeout(this.#late);
    this.#late = 0;
  }

  #rise() {
    this.#still();
    this.#ready = true;
    this.state = 'online';
    this.#stable = window.setTimeout(() => (this.#tries = 0), STABLE);
    this.#hooks.state();
  }

  /** Nobody is told of a moment without a connection; after some seconds everybody is. */
  #fall() {
    if (this.#late || this.#carried) return;
    this.state = 'late';
    this.#late = window.setTimeout(() => {
      this.state = 'offline';
      this.#hooks.state();
    }, LATE);
  }

  /** @param {number} within  the node is going: move over at a moment of our own */
  #leave(within) {
    window.setTimeout(() => this.online && this.now(), Math.random() * within);
  }

  /** @param {number} code */
  #lost(code) {
    this.#abandon();
    if (STOPS[code]) return this.stop(STOPS[code]);
    if (code === 4429) this.#tries = Math.max(this.#tries, STEPS.length - 1);
    this.#later();
  }

  #later() {
    const wait = pause(this.#tries, Math.random(), document.visibilityState === 'visible');
    this.#tries += 1;
    this.next = Date.now() + wait;
    window.clearTimeout(this.#retry);
    this.#retry = window.setTimeout(() => {
      this.#retry = 0;
      this.#open();
    }, wait);
    this.#hooks.state();
  }

  /** A dead socket can take minutes to close: its handlers go first. */
  #abandon() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    window.clearTimeout(this.#stable);
    window.clearTimeout(this.#probe);
    this.#probe = 0;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const ref of [...this.#asked.keys()]) this.#answer(ref, { kind: 'later', after: 0 });
    this.#fall();
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#ticked > ASLEEP + TICK;
    this.#ticked = now;
    if (this.stopped || !this.#socket) return;
    if (slept) return this.probe();
    if (now - this.#heard > (this.online ? SILENCE : ANSWER)) this.#lost(1006);
  }
}

/**
 * @param {Hubbub.Frame} frame
 * @returns {Hubbub.Delivery}
 */
function refusal(frame) {
  const code = frame.code ?? 'bad_frame';
  if (['busy', 'unavailable', 'rate_limited'].includes(code))
    return { kind: 'later', after: frame.retry_after_ms ?? null, slow: code === 'rate_limited' };
  return { kind: 'refused', code, detail: frame.detail ?? '' };
}
