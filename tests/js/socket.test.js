import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from '../../src/hubbub/web/static/hubbub/app/socket.js';

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
