/** The log of one room as a pure data structure: it must not know the page, the network or the clock. */

const TAIL = 1000;

/**
 * @param {string} room
 * @param {Hubbub.Page} page  the newest page
 * @param {number} limit  how many messages were asked for
 * @returns {Hubbub.Log}
 */
export function openLog(room, page, limit) {
  const log = emptyLog(room, page.epoch, page.seq);
  for (const message of page.messages) insert(log, entryOf(message, page.seq));
  if (page.messages.length >= limit) log.holes.add(page.messages[0].seq);
  takeQuoted(log, page);
  return log;
}

/**
 * A log as it was kept. `whole`: its first message is the first of the room.
 * @param {{ room: string, epoch: string, hi: number, whole: boolean, entries: Hubbub.Entry[] }} kept
 */
export function restore({ room, epoch, hi, whole, entries }) {
  const log = emptyLog(room, epoch, hi);
  for (const entry of entries) insert(log, entry);
  if (!whole && entries[0]) log.holes.add(entries[0].seq);
  return log;
}

/**
 * @param {string} room
 * @param {string} epoch
 * @param {number} hi
 * @returns {Hubbub.Log}
 */
function emptyLog(room, epoch, hi) {
  const [holes, replies, byId, ahead] = [new Set(), new Map(), new Map(), new Map()];
  return { room, epoch, hi, stale: false, entries: [], byId, holes, replies, ahead, tail: [], tailFrom: hi };
}

/**
 * What was answered from elsewhere stands alone, with a hole on either side.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Page} page
 */
function takeQuoted(log, page) {
  for (const message of page.quoted ?? []) {
    if (log.byId.has(message.id)) continue;
    log.holes.add(message.seq);
    insert(log, present(log, message, page.seq));
  }
}

/**
 * A message of a page as it is at the log's own position.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Message} message
 * @param {number} seq
 */
function present(log, message, seq) {
  const entry = entryOf(message, seq);
  for (const event of log.tail) if (event.target === entry.id) change(log, entry, event);
  return entry;
}

/**
 * A page of the past takes its place, as of the log's own position. Between it and its neighbours there may be holes.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Page} page
 * @param {Hubbub.Asked} asked
 * @returns {Hubbub.Patch}
 */
export function addPage(log, page, asked) {
  const patch = emptyPatch();
  if (page.epoch !== log.epoch || page.seq < log.tailFrom) return { ...patch, stale: true };
  const messages = page.messages.filter((message) => message.seq <= log.hi);
  for (const message of messages) {
    if (log.byId.has(message.id)) continue;
    const entry = present(log, message, page.seq);
    insert(log, entry);
    patch.added.push(entry);
  }
  mend(log, messages, patch.added[0], { ...asked, short: page.messages.length < asked.limit });
  takeQuoted(log, page);
  return patch;
}

/**
 * A page has no gap inside, and none towards the position that it was asked from.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Message[]} messages
 * @param {Hubbub.Entry | undefined} newest  the first message that was not known before
 * @param {Hubbub.Asked & { short: boolean }} asked
 */
function mend(log, messages, newest, { before, after, short }) {
  const [first, ...others] = messages;
  for (const { seq } of others) log.holes.delete(seq);
  if (first && newest?.id === first.id) log.holes.add(first.seq);
  if (after !== undefined) log.holes.delete(first?.seq ?? log.entries[indexOf(log, after + 1)]?.seq);
  if (after === undefined && short) log.holes.delete(log.entries[0]?.seq);
  if (before !== undefined) log.holes.delete(log.entries[indexOf(log, before)]?.seq);
  if (after !== undefined && short)
    log.holes.delete(log.entries[indexOf(log, (messages.at(-1)?.seq ?? after) + 1)]?.seq);
}

/**
 * The run of messages without a hole that the one at this index belongs to: from the first to past the last.
 * @param {Hubbub.Log} log
 * @param {number} index
 * @returns {[number, number]}
 */
export function segmentAt(log, index) {
  let [low, high] = [0, log.entries.length];
  for (const seq of log.holes) {
    const edge = indexOf(log, seq);
    if (edge <= index) low = Math.max(low, edge);
    else high = Math.min(high, edge);
  }
  return [low, high];
}

/**
 * Whether it is known what stands at this position, be it a message or not.
 * @param {Hubbub.Log} log
 * @param {number} seq
 */
export function covers(log, seq) {
  const next = log.entries[indexOf(log, seq)];
  if (!next) return seq <= log.hi;
  return next.seq === seq || !log.holes.has(next.seq);
}

/**
 * The first message to read; 0 if there is none, nothing if it may lie in a hole.
 * @param {Hubbub.Log} log
 * @param {{ read: number, unread: number }} room  how many there are tells it even when the position is far back
 * @param {string} me
 */
export function firstUnread(log, { read, unread }, me) {
  const { entries, holes } = log;
  const counts = (/** @type {Hubbub.Entry} */ entry) => entry.by !== me && !entry.deleted && entry.seq > read;
  let [first, left] = [0, unread];
  for (let index = entries.length - 1; index >= 0 && left > 0 && entries[index].seq > read; index -= 1) {
    if (counts(entries[index])) [first, left] = [entries[index].seq, left - 1];
    if (left > 0 && holes.has(entries[index].seq) && entries[index].seq > read + 1) return forward(log, read, counts);
  }
  return first;
}

/**
 * @param {Hubbub.Log} log
 * @param {number} read
 * @param {(entry: Hubbub.Entry) => boolean} counts
 */
function forward(log, read, counts) {
  const { entries, holes } = log;
  for (let index = indexOf(log, read + 1); index < entries.length; index += 1) {
    if (holes.has(entries[index].seq) && entries[index].seq > read + 1) return undefined;
    if (counts(entries[index])) return entries[index].seq;
  }
  return 0;
}

/**
 * A message that is gone stands on only where somebody answered it.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
export function stands(log, entry) {
  return !entry.deleted || (log.replies.get(entry.id) ?? 0) > 0;
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
  if (entry && change(log, entry, event)) patch.changed.push(entry.id);
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
    client_id: message.client_id ?? null,
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
  if (!entry.deleted) answer(log, entry, 1);
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 * @param {1 | -1} by
 */
function answer(log, { reply_to }, by) {
  if (reply_to) log.replies.set(reply_to, (log.replies.get(reply_to) ?? 0) + by);
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.RoomEvent} event
 * @returns {boolean} whether it made a difference
 */
function change(log, entry, event) {
  if (event.seq <= entry.rev) return false;
  entry.rev = event.seq;
  if (event.type === 'delete') erase(log, entry);
  else if (event.type === 'edit') edit(entry, event);
  else if (event.type === 'react') add(entry.reactions, event.emoji ?? '', event.by);
  else if (event.type === 'unreact') remove(entry.reactions, event.emoji ?? '', event.by);
  return true;
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
function erase(log, entry) {
  if (!entry.deleted && log.byId.get(entry.id) === entry) answer(log, entry, -1);
  Object.assign(entry, { deleted: true, body: null, html: null, reactions: {} });
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
