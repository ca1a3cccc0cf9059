import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addPage, apply, covers, openLog, segmentAt, stands } from '../../src/hubbub/web/static/hubbub/app/roomlog.js';
import { trim } from '../../src/hubbub/web/static/hubbub/app/trimming.js';

const AT = '2026-11-23T08:00:00.000Z';

/**
 * @param {number} seq
 * @param {string | null} [reply_to]
 * @returns {Hubbub.Message}
 */
function message(seq, reply_to = null) {
  const said = { id: `m${seq}`, seq, by: 'ada', body: `body ${seq}`, html: null, at: AT };
  return { ...said, edited_at: null, deleted: false, reply_to, reactions: {} };
}

/**
 * @param {number} count
 * @param {Record<number, string>} [answers]  by seq
 */
function told(count, answers = {}) {
  const messages = Array.from({ length: count }, (_, index) => message(index + 1, answers[index + 1] ?? null));
  return openLog('r1', { epoch: 'e', seq: count, messages }, count + 1);
}

/** @param {Hubbub.Log} log */
const seqs = (log) => log.entries.map((entry) => entry.seq);

test('only the newest messages stay, and what lies before them is a hole', () => {
  const log = told(10);
  assert.equal(covers(log, 3), true, 'the premise: all of it was known');

  trim(log, 4);

  assert.deepEqual(seqs(log), [7, 8, 9, 10]);
  assert.deepEqual([...log.byId.keys()], ['m7', 'm8', 'm9', 'm10']);
  assert.equal(covers(log, 3), false);
  assert.equal(covers(log, 7), true);
});

test('what a message that stays answers stays with it, alone', () => {
  const log = told(10, { 9: 'm2', 4: 'm1' });

  trim(log, 4);

  assert.deepEqual(seqs(log), [2, 7, 8, 9, 10]);
  assert.deepEqual(segmentAt(log, 0), [0, 1]);
  assert.deepEqual(segmentAt(log, 1), [1, 5]);
  assert.equal(log.byId.get('m2')?.body, 'body 2');
  assert.equal(log.replies.has('m1'), false, 'the answer to it has gone');
});

test('a page of the past mends the hole again, with answers counted as before', () => {
  const log = told(10, { 3: 'm1', 9: 'm2' });
  const whole = told(10, { 3: 'm1', 9: 'm2' });

  trim(log, 4);
  const messages = Array.from({ length: 6 }, (_, index) => message(index + 1, index === 2 ? 'm1' : null));
  addPage(log, { epoch: 'e', seq: 10, messages }, { before: 7, limit: 60 });

  assert.deepEqual(seqs(log), seqs(whole));
  assert.deepEqual([...log.holes], []);
  assert.deepEqual([...log.replies].sort(), [...whole.replies].sort());
});

test('events go on where they were, also for what has gone', () => {
  const log = told(10);
  trim(log, 4);

  apply(log, { room: 'r1', seq: 11, type: 'delete', by: 'ada', at: AT, target: 'm2' });
  apply(log, { room: 'r1', seq: 12, type: 'message', by: 'ben', at: AT, id: 'm12', body: 'and now' });
  addPage(log, { epoch: 'e', seq: 10, messages: [message(1), message(2)] }, { before: 3, limit: 60 });

  assert.equal(log.hi, 12);
  const deleted = log.byId.get('m2');
  assert.ok(deleted && !stands(log, deleted), 'a page that is older than the deletion is brought up to date');
});

test('nothing is taken from a short log', () => {
  const log = told(4);

  trim(log, 4);

  assert.deepEqual(seqs(log), [1, 2, 3, 4]);
  assert.deepEqual([...log.holes], []);
});
