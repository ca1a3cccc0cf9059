/** The log of one room as a pure data structure: it must not know the page, the network or the clock. */

const TAIL = 1000;

/**
 * @param {string} room
 * @param {Hubbub.Page} page  the newest page
 * @param {number} limit  how many messages were asked for
 * @returns {Hubbub.Log}
 */
export function openLog(room, page, limit) {
  /** @type {Hubbub.Log} */
  const log = {
    room,
    epoch: page.epoch,
    hi: page.seq,
    start: page.messages.length < limit,
    stale: false,
    entries: [],
    byId: new Map(),
    ahead: new Map(),
    tail: [],
    tailFrom: page.seq,
  };
  for (const message of page.messages) insert(log, entryOf(message, page.seq));
  return log;
}

/**
 * Puts an older page in front. Its state may be behind or ahead of the log; either way the result is the log's own position.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Page} page
 * @param {number} limit
 * @returns {Hubbub.Patch}
 */
export function addOlder(log, page, limit) {
  const patch = emptyPatch();
  if (page.epoch !== log.epoch || page.seq < log.tailFrom) return { ...patch, stale: true };
  for (const message of page.messages) {
    if (log.byId.has(message.id)) continue;
    const entry = entryOf(message, page.seq);
    for (const event of log.tail) if (event.target === entry.id) change(entry, event);
    insert(log, entry);
    patch.added.push(entry);
  }
  if (page.messages.length < limit) log.start = true;
  return patch;
}

/**
 * Takes one event in any order, any number of times. What is too early waits in `ahead` and asks for the gap.
 * @param {Hubbub.Log} log
 * @param {Hubbub.RoomEvent} event
 * @returns {Hubbub.Patch}
 */
export function apply(log, event) {
  const patch = { ...emptyPatch(), live: true };
  if (event.seq <= log.hi) return patch;
  log.ahead.set(event.seq, event);
  for (let next = log.ahead.get(log.hi + 1); next; next = log.ahead.get(log.hi + 1)) {
    log.ahead.delete(next.seq);
    log.hi = next.seq;
    step(log, next, patch);
  }
  patch.gap = log.ahead.size > 0;
  return patch;
}

/**
 * A fresh log takes over what an older one had already heard of the future.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Log | undefined} older
 */
export function inherit(log, older) {
  for (const event of older ? older.ahead.values() : []) apply(log, event);
  return log;
}

/**
 * The place of a message in the list, or the place where one with this seq would stand.
 * @param {Hubbub.Log} log
 * @param {number} seq
 */
export function indexOf(log, seq) {
  let low = 0;
  let high = log.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log.entries[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns {Hubbub.Patch} */
function emptyPatch() {
  return { added: [], changed: [], people: [], gap: false, stale: false, live: false };
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.RoomEvent} event
 * @param {Hubbub.Patch} patch
 */
function step(log, event, patch) {
  if (event.type === 'message') return void take(log, event, patch);
  if (event.type === 'join' || event.type === 'leave') return void patch.people.push(event);
  if (!event.target) return;
  remember(log, event);
  const entry = log.byId.get(event.target);
  if (entry && change(entry, event)) patch.changed.push(entry.id);
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.RoomEvent} event
 * @param {Hubbub.Patch} patch
 */
function take(log, event, patch) {
  const id = event.id ?? '';
  if (log.byId.has(id)) return;
  const body = event.body ?? null;
  /** @type {Hubbub.Entry} */
  const entry = {
    id,
    seq: event.seq,
    by: event.by,
    body,
    html: event.html ?? null,
    at: event.at,
    edited_at: null,
    deleted: body === null,
    reply_to: event.reply_to ?? null,
    reactions: {},
    rev: event.seq,
    client_id: event.client_id ?? null,
  };
  insert(log, entry);
  patch.added.push(entry);
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.RoomEvent} event
 */
function remember(log, event) {
  log.tail.push(event);
  if (log.tail.length <= TAIL) return;
  const dropped = log.tail.shift();
  if (dropped) log.tailFrom = dropped.seq;
}

/**
 * @param {Hubbub.Message} message
 * @param {number} rev
 * @returns {Hubbub.Entry}
 */
function entryOf(message, rev) {
  /** @type {Record<string, string[]>} */
  const reactions = {};
  if (!message.deleted)
    for (const [emoji, names] of Object.entries(message.reactions ?? {})) reactions[emoji] = [...names];
  return {
    ...message,
    edited_at: message.edited_at ?? null,
    reply_to: message.reply_to ?? null,
    reactions,
    rev,
    client_id: null,
  };
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
function insert(log, entry) {
  const last = log.entries.at(-1);
  if (!last || last.seq < entry.seq) log.entries.push(entry);
  else log.entries.splice(indexOf(log, entry.seq), 0, entry);
  log.byId.set(entry.id, entry);
}

/**
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.RoomEvent} event
 * @returns {boolean} whether it made a difference
 */
function change(entry, event) {
  if (event.seq <= entry.rev) return false;
  entry.rev = event.seq;
  if (event.type === 'delete') Object.assign(entry, { deleted: true, body: null, html: null, reactions: {} });
  else if (event.type === 'edit') edit(entry, event);
  else if (event.type === 'react') add(entry.reactions, event.emoji ?? '', event.by);
  else if (event.type === 'unreact') remove(entry.reactions, event.emoji ?? '', event.by);
  return true;
}

/**
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.RoomEvent} event
 */
function edit(entry, event) {
  if (entry.deleted || event.body == null) return;
  Object.assign(entry, { body: event.body, html: event.html ?? null, edited_at: event.at });
}

/**
 * @param {Record<string, string[]>} reactions
 * @param {string} emoji
 * @param {string} name
 */
export function add(reactions, emoji, name) {
  const names = reactions[emoji] ?? [];
  if (!names.includes(name)) reactions[emoji] = [...names, name];
}

/**
 * @param {Record<string, string[]>} reactions
 * @param {string} emoji
 * @param {string} name
 */
export function remove(reactions, emoji, name) {
  const names = (reactions[emoji] ?? []).filter((one) => one !== name);
  if (names.length) reactions[emoji] = names;
  else delete reactions[emoji];
}
