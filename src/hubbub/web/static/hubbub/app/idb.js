/** A small promise layer over IndexedDB, with memory in its place where the browser refuses it; it must not know what is kept. */

const STORES = /** @type {const} */ (['outbox', 'drafts']);
const PATIENCE = 400;

/** @typedef {'outbox' | 'drafts'} Store */

export class Keep {
  /** @type {Promise<IDBDatabase | null>} */
  #database;
  /** @type {Map<string, Map<string, unknown>>} */
  #memory = new Map(STORES.map((name) => [name, new Map()]));

  /** @param {string} name */
  constructor(name) {
    this.#database = patient(open(name), null);
  }

  /**
   * @template T
   * @param {Store} store
   * @returns {Promise<T[]>}
   */
  async all(store) {
    const kept = await this.#ask(store, 'readonly', (table) => table.getAll());
    return /** @type {T[]} */ (kept ?? [...this.#shelf(store).values()]);
  }

  /**
   * @param {Store} store
   * @param {string} key
   * @param {unknown} value
   */
  async put(store, key, value) {
    this.#shelf(store).set(key, value);
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
   */
  async #ask(store, mode, work) {
    const database = await this.#database;
    if (!database) return null;
    return patient(settled(database, store, mode, work), null);
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
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

/**
 * A browser that hangs or refuses must not hold up a sentence: after a moment memory has to do.
 * @template T
 * @param {Promise<T>} work
 * @param {T} otherwise
 * @returns {Promise<T>}
 */
function patient(work, otherwise) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, otherwise));
  return Promise.race([work.catch(() => otherwise), /** @type {Promise<T>} */ (late)]);
}
