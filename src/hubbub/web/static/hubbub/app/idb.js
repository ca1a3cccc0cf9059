/** A small promise layer over IndexedDB, with memory in its place where the browser refuses it; it must not know what is kept. */

const STORES = /** @type {const} */ (['outbox', 'drafts', 'rooms']);
const SHORT = 400;
const LONG = 10_000;

/** @typedef {'outbox' | 'drafts' | 'rooms'} Store */

export class Keep {
  /** @type {Promise<IDBDatabase | null>} */
  #database;
  /** @type {Map<string, Map<string, unknown>>} */
  #memory = new Map(STORES.map((name) => [name, new Map()]));

  /** @param {string} name */
  constructor(name) {
    this.#database = open(name).catch(() => null);
  }

  /**
   * @template T
   * @param {Store} store
   * @returns {Promise<T[]>}
   */
  async all(store) {
    const kept = await this.#ask(store, 'readonly', (table) => table.getAll(), LONG);
    return /** @type {T[]} */ (kept ?? [...this.#shelf(store).values()]);
  }

  /**
   * @template T
   * @param {Store} store
   * @param {string} key
   * @returns {Promise<T | undefined>}
   */
  async get(store, key) {
    const kept = await this.#ask(store, 'readonly', (table) => table.get(key));
    return /** @type {T} */ (kept ?? this.#shelf(store).get(key));
  }

  /** @param {Store} store */
  async clear(store) {
    this.#shelf(store).clear();
    await this.#ask(store, 'readwrite', (table) => table.clear());
  }

  /**
   * @param {Store} store
   * @param {string} key
   * @param {unknown} value
   */
  async put(store, key, value) {
    if (store !== 'rooms') this.#shelf(store).set(key, value);
    await this.#ask(store, 'readwrite', (table) => table.put(value, key));
  }

  /**
   * @param {Store} store
   * @param {string} key
   */
  async drop(store, key) {
    this.#shelf(store).delete(key);
    await this.#ask(store, 'readwrite', (table) => table.delete(key));
  }

  /** @param {Store} store */
  #shelf(store) {
    return /** @type {Map<string, unknown>} */ (this.#memory.get(store));
  }

  /**
   * @param {Store} store
   * @param {IDBTransactionMode} mode
   * @param {(table: IDBObjectStore) => IDBRequest} work
   * @param {number} [patience]
   */
  #ask(store, mode, work, patience = SHORT) {
    const asked = this.#database.then((database) => database && settled(database, store, mode, work));
    return patient(asked, null, patience);
  }
}

/**
 * Resolves when the transaction is complete: only then is a word safe.
 * @param {IDBDatabase} database
 * @param {Store} store
 * @param {IDBTransactionMode} mode
 * @param {(table: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<unknown>}
 */
function settled(database, store, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/**
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
function open(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 2);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const store of STORES) if (!result.objectStoreNames.contains(store)) result.createObjectStore(store);
    };
    // Another tab of a newer release must not wait for this one.
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

/**
 * A browser that hangs or refuses must not hold up a sentence: after a moment memory has to do, and the work goes on.
 * @template T
 * @param {Promise<T>} work
 * @param {T} otherwise
 * @param {number} patience
 * @returns {Promise<T>}
 */
function patient(work, otherwise, patience) {
  const late = new Promise((resolve) => setTimeout(resolve, patience, otherwise));
  return Promise.race([work.catch(() => otherwise), /** @type {Promise<T>} */ (late)]);
}

/**
 * What was put into the storage of this tab, which is written at once, under keys that begin so.
 * @param {string} prefix
 * @returns {unknown[]}
 */
export function mirrored(prefix) {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  return keys.map((key) => JSON.parse(sessionStorage.getItem(key) ?? 'null'));
}
