import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, pause } from '../../src/hubbub/web/static/hubbub/app/socket.js';

test('the wait grows from half a second to fifteen', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 100].map((tries) => backoff(tries, 1)),
    [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000],
  );
});

test('the wait lies anywhere below its step, so that a crowd spreads out', () => {
  const waits = Array.from({ length: 101 }, (_, index) => backoff(5, index / 100));

  assert.equal(Math.min(...waits), 0);
  assert.equal(Math.max(...waits), 15000);
  assert.equal(waits[50], 7500);
});

test('pages that nobody looks at come back over more than ten seconds, one that is looked at comes at once', () => {
  const crowd = Array.from({ length: 500 }, (_, index) => pause(0, index / 499, false));
  const second = crowd.filter((wait) => wait < 1000);

  assert.ok(Math.max(...crowd) - Math.min(...crowd) > 10_000);
  assert.ok(second.length < 50);
  assert.equal(pause(0, 1, true), backoff(0, 1));
});

test('a server that is away is tried again by all in the same steps', () => {
  for (const tries of [1, 2, 6]) assert.equal(pause(tries, 1, false), backoff(tries, 1));
});
