import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addPage,
  apply,
  covers,
  firstUnread,
  indexOf,
  inherit,
  openLog,
  segmentAt,
  stands,
} from '../../src/hubbub/web/static/hubbub/app/roomlog.js';
import { chance } from './random.js';

const AT = '2026-11-23T08:00:00.000Z';
const NAMES = ['ada', 'ben', 'dot'];
const EMOJI = ['👍', '🎉'];

/**
 * A room's events as a server would make them: only what its present state allows.
 * @param {number} seed
 * @param {number} length
 * @returns {Hubbub.RoomEvent[]}
 */
function history(seed, length) {
  const { below } = chance(seed);
  /** @type {Hubbub.RoomEvent[]} */
  const events = [];
  /** @type {string[]} */
  const alive = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const by = NAMES[below(NAMES.length)];
    const target = alive[below(alive.length)];
    const kind = target ? below(8) : 0;
    const base = { room: 'r1', seq, by, at: AT, client_id: `c${seq}` };
    if (kind <= 2) {
      alive.push(`m${seq}`);
      events.push({ ...base, type: 'message', id: `m${seq}`, body: `body ${seq}`, html: `<p>body ${seq}</p>` });
    } else if (kind === 3)
      events.push({ ...base, type: 'edit', target, body: `edited ${seq}`, html: `<p>edited ${seq}</p>` });
    else if (kind === 4) {
      alive.splice(alive.indexOf(target), 1);
      events.push({ ...base, type: 'delete', target });
    } else if (kind === 5) events.push({ ...base, type: 'join', user: by });
    else events.push({ ...base, type: kind === 6 ? 'react' : 'unreact', target, emoji: EMOJI[below(2)] });
  }
  return events;
}

/** @returns {Hubbub.Page} */
function nothing() {
  return { epoch: 'e', seq: 0, messages: [] };
}

/**
 * The page that a server would answer with at `seq`, before another position.
 * @param {Hubbub.RoomEvent[]} events
 * @param {number} seq
 * @param {number} before
 * @param {number} limit
 * @returns {Hubbub.Page}
 */
function pageOf(events, seq, before, limit) {
  return answer(events, seq, { before, limit });
}

/**
 * What a server says at `seq` to whatever is asked.
 * @param {Hubbub.RoomEvent[]} events
 * @param {number} seq
 * @param {Hubbub.Asked} asked
 * @returns {Hubbub.Page}
 */
function answer(events, seq, { before = Infinity, after, around, limit }) {
  const all = straight(events.slice(0, seq)).entries;
  const newer = all.filter((entry) => entry.seq >= (around ?? 0)).slice(0, (limit + 1) >> 1);
  const older = all.filter((entry) => entry.seq < (around ?? 0));
  const messages =
    around !== undefined
      ? [...older.slice(Math.max(0, older.length - limit + newer.length)), ...newer]
      : after !== undefined
        ? all.filter((entry) => entry.seq > after).slice(0, limit)
        : all.filter((entry) => entry.seq < before).slice(-limit);
  return { epoch: 'e', seq, messages: structuredClone(messages) };
}

/** @param {Hubbub.Log} log */
function isWhole(log) {
  return !log.holes.size;
}

/** @param {Hubbub.Log} log */
function shown(log) {
  return log.entries.map(({ id, seq, by, body, html, edited_at, deleted, reactions }) => ({
    id,
    seq,
    by,
    body,
    html,
    edited_at,
    deleted,
    reactions,
  }));
}

/**
 * @param {Hubbub.RoomEvent[]} events
 */
function straight(events) {
  const log = openLog('r1', nothing(), 1);
  for (const event of events) apply(log, event);
  return log;
}

test('any order and any repetition of events give the same log', () => {
  for (let seed = 0; seed < 150; seed += 1) {
    const events = history(seed, 60);
    const { shuffled } = chance(seed + 1000);
    const log = openLog('r1', nothing(), 1);

    for (const event of shuffled([...events, ...events.slice(20, 50)])) apply(log, event);

    assert.deepEqual(shown(log), shown(straight(events)), `seed ${seed}`);
    assert.equal(log.hi, 60);
    assert.equal(log.ahead.size, 0);
  }
});

test('a page and the events around it give the same log, wherever the split lies', () => {
  for (let seed = 0; seed < 150; seed += 1) {
    const events = history(seed, 80);
    const { below, shuffled } = chance(seed + 2000);
    const opened = below(81);
    const limit = 1 + below(10);
    const log = openLog('r1', pageOf(events, opened, Infinity, limit), limit);

    const rest = shuffled(events.slice(Math.max(0, opened - 10)));
    const [early, late] = [rest.slice(0, below(rest.length)), rest];
    for (const event of early) apply(log, event);
    while (!isWhole(log)) {
      const asOf = opened + below(81 - opened);
      const before = log.entries[0].seq;
      addPage(log, pageOf(events, asOf, before, limit), { before, limit });
    }
    for (const event of late) apply(log, event);

    assert.deepEqual(shown(log), shown(straight(events)), `seed ${seed}`);
  }
});

test('an event that is too early waits and asks for the gap', () => {
  const events = history(1, 5);
  const log = openLog('r1', nothing(), 1);

  assert.equal(apply(log, events[2]).gap, true);
  assert.equal(log.hi, 0);
  assert.equal(apply(log, events[0]).gap, true);
  assert.equal(apply(log, events[1]).gap, false);
  assert.equal(log.hi, 3);
});

test('a page older than the remembered events is not merged', () => {
  const events = history(2, 1500);
  const reacts = Array.from({ length: 1200 }, (_, index) => ({
    ...events[0],
    seq: 1501 + index,
    type: 'react',
    target: 'm1',
    emoji: '👍',
  }));
  const log = openLog('r1', pageOf(events, 1500, Infinity, 5), 5);
  for (const event of reacts) apply(log, event);

  const before = log.entries[0].seq;
  const patch = addPage(log, pageOf(events, 1500, before, 5), { before, limit: 5 });

  assert.equal(patch.stale, true);
  assert.equal(log.entries.length, 5);
});

test('a page of another epoch is not merged', () => {
  const events = history(3, 40);
  const log = openLog('r1', pageOf(events, 40, Infinity, 5), 5);

  const before = log.entries[0].seq;
  const patch = addPage(log, { ...pageOf(events, 40, before, 5), epoch: 'other' }, { before, limit: 5 });

  assert.equal(patch.stale, true);
});

test('a fresh log takes over what the old one had heard of the future', () => {
  const events = history(4, 30);
  const old = straight(events.slice(0, 10));
  apply(old, events[25]);

  const fresh = inherit(openLog('r1', pageOf(events, 25, Infinity, 100), 100), old);

  assert.equal(fresh.hi, 26);
  assert.deepEqual(shown(fresh), shown(straight(events.slice(0, 26))));
});

test('a deleted message keeps nothing of what it said', () => {
  const log = openLog('r1', nothing(), 1);
  apply(log, {
    room: 'r1',
    seq: 1,
    type: 'message',
    id: 'm1',
    by: 'ada',
    at: AT,
    body: 'secret',
    html: '<p>secret</p>',
  });
  apply(log, { room: 'r1', seq: 2, type: 'react', target: 'm1', by: 'ben', at: AT, emoji: '👍' });
  apply(log, { room: 'r1', seq: 3, type: 'delete', target: 'm1', by: 'ada', at: AT });

  assert.deepEqual(shown(log), [
    { id: 'm1', seq: 1, by: 'ada', body: null, html: null, edited_at: null, deleted: true, reactions: {} },
  ]);
});

test('the place of a message is found by its seq', () => {
  const log = straight(history(5, 50));

  for (const [index, entry] of log.entries.entries()) assert.equal(indexOf(log, entry.seq), index);
  assert.equal(indexOf(log, Infinity), log.entries.length);
});

/**
 * Between two holes nothing may be missing, whatever was asked for in whatever order.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Log} truth  the same room, wholly known up to the same position
 */
function hasNoSilentGap(log, truth) {
  for (let index = 0; index < log.entries.length; ) {
    const [low, high] = segmentAt(log, index);
    assert.equal(low, index);
    const run = log.entries.slice(low, high).map((entry) => entry.seq);
    const real = truth.entries.slice(indexOf(truth, run[0]), indexOf(truth, run[run.length - 1] + 1));
    assert.deepEqual(
      run,
      real.map((entry) => entry.seq),
    );
    index = high;
  }
  const [first] = log.entries;
  if (first && !log.holes.has(first.seq)) assert.equal(first.seq, truth.entries[0].seq);
  if (log.entries.length) assert.equal(log.entries.at(-1)?.seq, truth.entries.at(-1)?.seq);
  for (const seq of log.holes) assert.ok(log.entries.some((entry) => entry.seq === seq));
}

test('pages from anywhere never hide a gap, and meet in one segment', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const events = history(seed, 120);
    const { below } = chance(seed + 3000);
    const limit = 2 + below(8);
    let now = 60 + below(40);
    const log = openLog('r1', answer(events, now, { limit }), limit);
    for (let step = 0; step < 25; step += 1) {
      if (now < 120 && below(3) === 0) apply(log, events[now++]);
      const seq = 1 + below(now);
      const asked = [
        { before: edgeOf(log, seq), limit },
        { after: lastBefore(log, seq), limit },
        { around: seq, limit },
      ][below(3)];
      addPage(log, answer(events, now, asked), asked);
      hasNoSilentGap(log, straight(events.slice(0, now)));
    }
    for (let pages = 0; log.holes.size; pages += 1) {
      assert.ok(pages < 200, `seed ${seed} never ends`);
      const [before] = log.holes;
      addPage(log, answer(events, now, { before, limit }), { before, limit });
    }
    assert.deepEqual(shown(log), shown(straight(events.slice(0, now))), `seed ${seed}`);
  }
});

/**
 * The first message of the segment at this position, as scrolling up asks from.
 * @param {Hubbub.Log} log
 * @param {number} seq
 */
function edgeOf(log, seq) {
  const [low] = segmentAt(log, Math.min(indexOf(log, seq), log.entries.length - 1));
  return log.entries[low]?.seq ?? seq;
}

/**
 * The last message of the segment at this position, as scrolling down asks from.
 * @param {Hubbub.Log} log
 * @param {number} seq
 */
function lastBefore(log, seq) {
  const [, high] = segmentAt(log, Math.min(indexOf(log, seq), log.entries.length - 1));
  return log.entries[high - 1]?.seq ?? 0;
}

test('what is known of a position: a message, nothing, or a hole', () => {
  const events = Array.from({ length: 40 }, (_, index) => ({
    room: 'r1',
    seq: index + 1,
    type: 'message',
    by: 'ada',
    at: AT,
    id: `m${index + 1}`,
    body: 'x',
    html: 'x',
  }));
  events[4] = { ...events[4], type: 'join' };
  const log = openLog('r1', answer(events, 40, { limit: 5 }), 5);
  addPage(log, answer(events, 40, { around: 5, limit: 4 }), { around: 5, limit: 4 });

  assert.equal(covers(log, 38), true);
  assert.equal(covers(log, 20), false);
  assert.equal(covers(log, 5), true, 'somebody joined: known not to be a message');
  assert.equal(covers(log, 41), false, 'the future');
});

test('the first unread message is known only where nothing can hide before it', () => {
  const events = history(11, 60);
  const limit = 10;
  const log = openLog('r1', answer(events, 60, { limit }), limit);
  const [first] = log.entries;

  const others = log.entries.filter((entry) => !entry.deleted);
  assert.equal(firstUnread(log, { read: 0, unread: 60 }, 'nobody'), undefined);
  assert.equal(firstUnread(log, { read: 0, unread: 2 }, 'nobody'), others.at(-2)?.seq, 'as many as are loaded');
  assert.equal(firstUnread(log, { read: 60, unread: 0 }, 'nobody'), 0);
  addPage(log, answer(events, 60, { before: first.seq, limit: 100 }), { before: first.seq, limit: 100 });
  const whole = log.entries.filter((entry) => !entry.deleted);
  assert.equal(firstUnread(log, { read: 0, unread: whole.length }, 'nobody'), whole[0].seq);
  assert.equal(firstUnread(log, { read: 0, unread: 1000 }, 'nobody'), whole[0].seq, 'a count that is behind');
});

test('a deleted message stands while somebody answers it, and not longer', () => {
  const log = openLog('r1', nothing(), 1);
  const base = { room: 'r1', by: 'ada', at: AT };
  apply(log, { ...base, seq: 1, type: 'message', id: 'm1', body: 'a', html: 'a' });
  apply(log, { ...base, seq: 2, type: 'message', id: 'm2', body: 'b', html: 'b', reply_to: 'm1' });
  apply(log, { ...base, seq: 3, type: 'delete', target: 'm1' });
  const original = /** @type {Hubbub.Entry} */ (log.byId.get('m1'));

  assert.equal(stands(log, original), true);
  apply(log, { ...base, seq: 4, type: 'delete', target: 'm2' });
  assert.equal(stands(log, original), false);
});
