/** The rows there are, one for each message for good, and what they show, from the log and what is under way. It must not know the window or the network. */

import { mentions, plain } from './fmt.js';
import { dayName, midnight, t } from './i18n.js';
import { ahead } from './outbox.js';
import { Row } from './row.js';
import { me, openRoom } from './store.js';

const GROUP = 5 * 60_000;

/** @typedef {import('./row.js').View} View */

export class Rows {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {WeakMap<Element, Row>} */
  #owners = new WeakMap();

  /** @param {string} key  the id of a message, or the client_id of one that has none yet */
  get(key) {
    return this.#rows.get(key);
  }

  /** The one being edited. */
  get edited() {
    return [...this.#rows.values()].find((row) => row.editing);
  }

  /**
   * @param {Element | null} element  anything inside a row
   * @returns {Row | undefined}
   */
  around(element) {
    const article = element?.closest('article.msg');
    return article ? this.#owners.get(article) : undefined;
  }

  /**
   * The row of a message, showing how it is now.
   * @param {Hubbub.Log} log
   * @param {Hubbub.Entry} entry
   * @param {{ items: Hubbub.Item[], pending: Hubbub.Item | null, head: boolean }} line
   */
  show(log, entry, { items, pending, head }) {
    const standing = this.#rows.get(entry.id);
    if (standing?.shows(entry, head, mayReact()) && !items.some((item) => concerns(item, entry))) return standing;
    const key = this.#keyOf(entry, items, pending);
    const view = viewOf(log, entry, { key, head, items, pending });
    const known = this.#rows.get(key);
    if (known) known.update(view);
    if (known) return known;
    const row = new Row(view);
    this.#rows.set(key, row);
    this.#owners.set(row.element, row);
    if (pending) window.setTimeout(() => row.element.toggleAttribute('data-slow', true), 1000);
    return row;
  }

  /** @param {Set<string>} keys  of those that stay */
  keep(keys) {
    for (const key of this.#rows.keys()) if (!keys.has(key)) this.#rows.delete(key);
  }

  /**
   * The row that echoed the words becomes the row of the message: the same element.
   * @param {Hubbub.Entry} entry
   * @param {Hubbub.Item[]} items
   * @param {Hubbub.Item | null} pending
   */
  #keyOf(entry, items, pending) {
    if (pending) return pending.client_id;
    const echo = entry.client_id ?? items.find((item) => item.op === 'send' && item.id === entry.id)?.client_id;
    const row = echo ? this.#rows.get(echo) : undefined;
    if (row && echo) {
      this.#rows.delete(echo);
      this.#rows.set(entry.id, row);
    }
    return entry.id;
  }
}

/**
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Entry} last
 */
export function follows(entry, last) {
  const apart = momentOf(entry).time - momentOf(last).time;
  return entry.by === last.by && apart < GROUP && !last.deleted && !entry.reply_to;
}

/**
 * What to call the day that begins with this message, if one does.
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Entry | null} last
 */
export function newDay(entry, last) {
  if (last && momentOf(entry).day === momentOf(last).day) return '';
  return dayName(new Date(entry.at), new Date());
}

/** @type {WeakMap<Hubbub.Entry, { time: number, day: number }>} */
const moments = new WeakMap();

/**
 * When it was said, and on which of the reader's days.
 * @param {Hubbub.Entry} entry
 */
function momentOf(entry) {
  const known = moments.get(entry);
  if (known) return known;
  const at = new Date(entry.at);
  const moment = { time: at.getTime(), day: midnight(at) };
  moments.set(entry, moment);
  return moment;
}

/**
 * @param {Hubbub.Item} item
 * @param {Hubbub.Log} log
 */
export function isPending(item, log) {
  return item.op === 'send' && !log.byId.has(item.id ?? '');
}

/**
 * @param {Hubbub.Item} item
 * @param {Hubbub.Entry} entry
 */
function concerns(item, { id, client_id }) {
  return item.target === id || item.id === id || item.client_id === client_id;
}

/**
 * @param {Hubbub.Item | null} item
 * @returns {View['state']}
 */
function stateOf(item) {
  if (!item || item.state === 'sent') return 'sent';
  return item.state === 'failed' ? 'failed' : 'pending';
}

/**
 * A message that is not one yet.
 * @param {Hubbub.Item} item
 * @param {string} by
 * @returns {Hubbub.Entry}
 */
export function entryOf({ at, body = '', reply_to, client_id }, by) {
  return {
    id: '',
    seq: 0,
    by,
    body,
    html: null,
    at,
    edited_at: null,
    deleted: false,
    reply_to: reply_to ?? null,
    reactions: {},
    rev: 0,
    client_id,
  };
}

/** @type {WeakMap<Hubbub.Entry, { rev: number, called: boolean }>} */
const read = new WeakMap();

/** @param {Hubbub.Entry} entry */
function calls(entry) {
  const known = read.get(entry);
  if (known?.rev === entry.rev) return known.called;
  const called = !entry.deleted && entry.by !== me() && Boolean(me()) && mentions(entry.body ?? '', me());
  read.set(entry, { rev: entry.rev, called });
  return called;
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 * @param {{ key: string, head: boolean, items: Hubbub.Item[], pending: Hubbub.Item | null }} line
 * @returns {View}
 */
function viewOf(log, entry, { key, head, items, pending }) {
  const { entry: shown, edit } = pending || !items.length ? { entry, edit: null } : ahead(entry, items, me());
  const item = pending ?? edit;
  const quote = quoteOf(log, entry);
  const able = Boolean(entry.id) && mayReact();
  return { key, entry: shown, item, head, state: stateOf(item), me: me(), quote, called: calls(entry), mayReact: able };
}

function mayReact() {
  return Boolean(me() && openRoom() && !openRoom()?.archived);
}

/**
 * What a reply answers, in one line.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
function quoteOf(log, { reply_to }) {
  if (!reply_to) return null;
  const original = log.byId.get(reply_to);
  if (!original) return { by: '', text: t('row.earlier') };
  return { by: original.by, text: original.deleted ? t('row.deleted') : plain(original.body ?? '') };
}
