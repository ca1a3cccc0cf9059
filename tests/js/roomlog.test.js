import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addOlder, apply, indexOf, inherit, openLog } from '../../src/hubbub/web/static/hubbub/app/roomlog.js';
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
  const log = openLog('r1', nothing(), 1);
  for (const event of events.slice(0, seq)) apply(log, event);
  const messages = log.entries.filter((entry) => entry.seq < before).slice(-limit);
  return { epoch: 'e', seq, messages: structuredClone(messages) };
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
    while (!log.start) {
      const asOf = opened + below(81 - opened);
      addOlder(log, pageOf(events, asOf, log.entries[0].seq, limit), limit);
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

  const patch = addOlder(log, pageOf(events, 1500, log.entries[0].seq, 5), 5);

  assert.equal(patch.stale, true);
  assert.equal(log.entries.length, 5);
});

test('a page of another epoch is not merged', () => {
  const events = history(3, 40);
  const log = openLog('r1', pageOf(events, 40, Infinity, 5), 5);

  const patch = addOlder(log, { ...pageOf(events, 40, log.entries[0].seq, 5), epoch: 'other' }, 5);

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
