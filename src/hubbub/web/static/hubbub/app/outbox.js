/** Operations on their way: kept until the server has answered, sent once each, in order; it must not know the page or the wire. */

import { add, remove } from './roomlog.js';

/** @typedef {import('./idb.js').Keep} Keep */

const PAUSES = [1000, 2000, 4000, 8000, 15000];

// ---- pure ----

/**
 * The first queued operation of each room: the rooms go side by side, a room in order. What was refused holds nobody up.
 * @param {Hubbub.Item[]} items
 * @param {Set<string>} busy  rooms with an operation in flight
 */
export function due(items, busy) {
  /** @type {Map<string, Hubbub.Item>} */
  const first = new Map();
  for (const item of items) {
    if (item.state !== 'queued' || busy.has(item.room) || first.has(item.room)) continue;
    first.set(item.room, item);
  }
  return [...first.values()];
}

/**
 * @param {Hubbub.Item[]} items
 * @param {string} client_id
 * @param {Partial<Hubbub.Item> | null} change  null takes it away
 */
export function changed(items, client_id, change) {
  if (!change) return items.filter((item) => item.client_id !== client_id);
  return items.map((item) => (item.client_id === client_id ? { ...item, ...change } : item));
}

/**
 * @param {Hubbub.Item[]} items
 * @param {Hubbub.Item} item
 */
export function added(items, item) {
  if (items.some((one) => one.client_id === item.client_id)) return items;
  return [...items, item].sort((a, b) => a.order - b.order);
}

/**
 * A message as it will be once everything under way has arrived.
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Item[]} items
 * @param {string} me
 * @returns {{ entry: Hubbub.Entry, edit: Hubbub.Item | null }}
 */
export function ahead(entry, items, me) {
  const mine = items.filter(
    (item) => item.target === entry.id && !(item.state === 'sent' && (item.seq ?? 0) <= entry.rev),
  );
  if (!mine.length) return { entry, edit: null };
  const shown = { ...entry, reactions: { ...entry.reactions } };
  for (const item of mine) if (item.state !== 'failed') foresee(shown, item, me);
  return { entry: shown, edit: mine.findLast((item) => item.op === 'edit' || item.op === 'delete') ?? null };
}

/**
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Item} item
 * @param {string} me
 */
function foresee(entry, item, me) {
  if (item.op === 'react') add(entry.reactions, item.emoji ?? '', me);
  else if (item.op === 'unreact') remove(entry.reactions, item.emoji ?? '', me);
  else if (item.op === 'edit') Object.assign(entry, { body: item.body, html: null, edited_at: item.at });
}

/**
 * A time-ordered identity (UUID version 7).
 * @param {number} now
 * @param {Uint8Array} random  ten bytes
 */
export function identity(now, random) {
  const bytes = new Uint8Array(16);
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 2 ** (8 * (5 - place))) % 256;
  bytes.set(random, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/** @param {number} tries */
export function pause(tries) {
  return PAUSES[Math.min(tries, PAUSES.length - 1)];
}

// ---- with the browser ----

export class Outbox {
  /** @type {Hubbub.Item[]} */
  items = [];
  #keep;
  #deliver;
  #tell;
  #name;
  #draining = false;
  #holding = false;
  #tries = 0;
  #timer = 0;
  /** @type {Set<Promise<void>>} */
  #running = new Set();
  /** @type {Set<string>} rooms with an operation in flight or resting */
  #busy = new Set();
  /** @type {Set<string>} */
  #resting = new Set();
  /** @type {Set<string>} what is shown while it is being kept; it goes out when it is */
  #unkept = new Set();
  #order = 0;
  /** @type {BroadcastChannel} */
  #tabs;

  /**
   * @param {{ name: string, keep: Keep, deliver: (item: Hubbub.Item) => Promise<Hubbub.Delivery>, tell: (room: string) => void }} parts
   */
  constructor({ name, keep, deliver, tell }) {
    this.#name = name;
    this.#keep = keep;
    this.#deliver = deliver;
    this.#tell = tell;
    this.#tabs = new BroadcastChannel(name);
    this.#tabs.onmessage = ({ data }) => this.#hear(data);
  }

  /** Something became possible, such as a start or a connection: what is kept, by whatever tab, is tried now. */
  async kick() {
    const kept = /** @type {Hubbub.Item[]} */ (await this.#keep.all('outbox'));
    const unknown = kept.filter((item) => !this.find(item.client_id));
    for (const item of unknown) this.items = added(this.items, item);
    for (const room of new Set(unknown.map((item) => item.room))) this.#tell(room);
    this.#tries = 0;
    this.#wake();
  }

  /**
   * Shown at once, and sent once it is kept. Resolves then: only then may the words leave the field they were typed in.
   * @param {Pick<Hubbub.Item, 'room' | 'op'> & Partial<Hubbub.Item>} wanted
   * @returns {Promise<Hubbub.Item>}
   */
  async put(wanted) {
    const now = Date.now();
    this.#order = Math.max(now, this.#order + 1);
    const client_id = identity(now, crypto.getRandomValues(new Uint8Array(10)));
    /** @type {Hubbub.Item} */
    const item = { client_id, at: new Date(now).toISOString(), order: this.#order, state: 'queued', ...wanted };
    this.#unkept.add(client_id);
    this.#set(added(this.items, item), item.room);
    await this.#keep.put('outbox', client_id, item);
    this.#unkept.delete(client_id);
    this.#tabs.postMessage({ item });
    void this.#drain();
    return item;
  }

  /** @param {string} client_id */
  find(client_id) {
    return this.items.find((item) => item.client_id === client_id);
  }

  /**
   * @param {string} room
   * @returns {Hubbub.Item[]}
   */
  of(room) {
    return this.items.filter((item) => item.room === room);
  }

  /** @param {string} client_id */
  async retry(client_id) {
    await this.#change(client_id, { state: 'queued', code: undefined, detail: undefined });
    await this.kick();
  }

  /** @param {string} client_id */
  async discard(client_id) {
    await this.#change(client_id, null);
  }

  /**
   * The server has it: by the answer or by the event, whichever comes first.
   * @param {Hubbub.Ack} ack
   */
  async acked(ack) {
    const item = this.find(ack.client_id);
    if (item && item.state !== 'sent') await this.#change(ack.client_id, { state: 'sent', id: ack.id, seq: ack.seq });
  }

  /**
   * The log shows it now.
   * @param {string} client_id
   */
  seen(client_id) {
    const item = this.find(client_id);
    if (!item) return;
    if (item.state !== 'sent') void this.#keep.drop('outbox', client_id);
    this.items = changed(this.items, client_id, null);
    this.#tabs.postMessage({ client_id, change: null, room: item.room });
  }

  #wake() {
    window.clearTimeout(this.#timer);
    for (const room of this.#resting) this.#busy.delete(room);
    this.#resting.clear();
    void this.#drain();
  }

  /** One tab sends at a time; the others wait for the lock and find nothing left to do. */
  async #drain() {
    if (this.#draining) return this.#launch();
    if (!this.#due().length) return;
    this.#draining = true;
    try {
      await locked(`${this.#name}:sender`, () => this.#pump());
    } finally {
      this.#draining = false;
    }
    void this.#drain();
  }

  async #pump() {
    this.#holding = true;
    for (this.#launch(); this.#running.size; this.#launch()) await Promise.race(this.#running);
    this.#holding = false;
  }

  #launch() {
    if (!this.#holding) return;
    for (const item of this.#due()) {
      const run = this.#send(item).finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  /** Only what is kept goes out: words that were sent and then forgotten would be sent twice. */
  #due() {
    return due(this.items, this.#busy).filter((item) => !this.#unkept.has(item.client_id));
  }

  /** @param {Hubbub.Item} item */
  async #send(item) {
    this.#busy.add(item.room);
    const answer = await this.#deliver(item);
    if (answer.kind === 'later') return this.#rest(item.room, answer.after);
    this.#busy.delete(item.room);
    this.#tries = 0;
    if (answer.kind === 'acked') return this.acked(answer.ack);
    if (this.find(item.client_id)?.state !== 'queued') return;
    await this.#change(item.client_id, { state: 'failed', code: answer.code, detail: answer.detail });
  }

  /**
   * @param {string} room  stays busy until its time has come
   * @param {number | null} after
   */
  #rest(room, after) {
    const wait = after ?? pause(this.#tries++) * (0.5 + Math.random() / 2);
    this.#resting.add(room);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#wake(), wait);
  }

  /**
   * @param {string} client_id
   * @param {Partial<Hubbub.Item> | null} change
   */
  async #change(client_id, change) {
    const item = this.find(client_id);
    if (!item) return;
    this.#set(changed(this.items, client_id, change), item.room);
    this.#tabs.postMessage({ client_id, change, room: item.room });
    const now = this.find(client_id);
    if (!now || now.state === 'sent') await this.#keep.drop('outbox', client_id);
    else await this.#keep.put('outbox', client_id, now);
  }

  /** @param {{ item?: Hubbub.Item, client_id?: string, change?: Partial<Hubbub.Item> | null, room?: string }} news */
  #hear(news) {
    if (news.item) {
      this.#set(added(this.items, news.item), news.item.room);
      return void this.#drain();
    }
    this.#set(changed(this.items, news.client_id ?? '', news.change ?? null), news.room ?? '');
    void this.#drain();
  }

  /**
   * @param {Hubbub.Item[]} items
   * @param {string} room
   */
  #set(items, room) {
    this.items = items;
    this.#tell(room);
  }
}

/**
 * @param {string} name
 * @param {() => Promise<void>} work
 */
async function locked(name, work) {
  if (!navigator.locks) return work();
  await navigator.locks.request(name, work);
}
