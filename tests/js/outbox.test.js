import assert from 'node:assert/strict';
import { test } from 'node:test';
import { added, ahead, changed, due, identity, Outbox, pause } from '../../src/hubbub/web/static/hubbub/app/outbox.js';
import { chance } from './random.js';

/**
 * @param {string} client_id
 * @param {Partial<Hubbub.Item>} [more]
 * @returns {Hubbub.Item}
 */
function item(client_id, more = {}) {
  return {
    client_id,
    room: 'r1',
    op: 'send',
    at: '2026-11-23T08:00:00.000Z',
    order: 1,
    state: 'queued',
    body: client_id,
    ...more,
  };
}

/**
 * @param {Partial<Hubbub.Entry>} [more]
 * @returns {Hubbub.Entry}
 */
function entry(more = {}) {
  return {
    id: 'm1',
    seq: 1,
    by: 'ada',
    body: 'hi',
    html: '<p>hi</p>',
    at: '2026-11-23T08:00:00.000Z',
    edited_at: null,
    deleted: false,
    reply_to: null,
    reactions: {},
    rev: 1,
    client_id: null,
    ...more,
  };
}

test('a room goes in order and rooms go side by side', () => {
  const items = [item('a'), item('b'), item('c', { room: 'r2' })];

  assert.deepEqual(
    due(items, new Set()).map((one) => one.client_id),
    ['a', 'c'],
  );
  assert.deepEqual(
    due(items, new Set(['r1'])).map((one) => one.client_id),
    ['c'],
  );
});

test('what was refused or acknowledged holds nobody up', () => {
  const items = [item('a', { state: 'failed' }), item('b', { state: 'sent' }), item('c')];

  assert.deepEqual(
    due(items, new Set()).map((one) => one.client_id),
    ['c'],
  );
});

test('whatever order items are heard of in, they stand in the order they were written, once', () => {
  const items = Array.from({ length: 20 }, (_, index) => item(`i${index}`, { order: index }));
  for (let seed = 0; seed < 50; seed += 1) {
    const heard = chance(seed).shuffled([...items, ...items.slice(5, 12)]);

    const kept = heard.reduce(added, /** @type {Hubbub.Item[]} */ ([]));

    assert.deepEqual(kept, items);
  }
});

test('a change touches one item, and nothing if it is gone', () => {
  const items = [item('a'), item('b')];

  assert.equal(changed(items, 'a', { state: 'failed', code: 'forbidden' })[0].state, 'failed');
  assert.deepEqual(changed(items, 'a', null), [items[1]]);
  assert.deepEqual(changed(items, 'x', { state: 'failed' }), items);
});

test('a message is shown as it will be', () => {
  const react = item('a', { op: 'react', target: 'm1', emoji: '👍', body: undefined });
  const edit = item('b', { op: 'edit', target: 'm1', body: 'better' });

  const shown = ahead(entry({ reactions: { '👍': ['ben'] } }), [react, edit], 'ada');

  assert.deepEqual(shown.entry.reactions, { '👍': ['ben', 'ada'] });
  assert.equal(shown.entry.body, 'better');
  assert.equal(shown.entry.html, null);
  assert.equal(shown.edit, edit);
});

test('what the log already has, or the server refused, is not foreseen', () => {
  const seen = item('a', { op: 'react', target: 'm1', emoji: '👍', state: 'sent', seq: 5 });
  const refused = item('b', { op: 'edit', target: 'm1', body: 'better', state: 'failed' });

  const shown = ahead(entry({ rev: 5 }), [seen, refused], 'ada');

  assert.deepEqual(shown.entry.reactions, {});
  assert.equal(shown.entry.body, 'hi');
  assert.equal(shown.edit, refused);
});

test('an identity is a UUID of version 7 that sorts by time', () => {
  const random = new Uint8Array(10).fill(255);

  const [first, second] = [identity(1_700_000_000_000, random), identity(1_700_000_000_001, random)];

  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(first.slice(0, 13).replace('-', ''), (1_700_000_000_000).toString(16).padStart(12, '0'));
  assert.ok(first < second);
});

test('the pause grows and stays bounded', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map(pause), [1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('what was said is shown while it is being kept, and goes out only when it is', async () => {
  /** @type {string[]} */
  const happened = [];
  let isKept = () => {};
  const kept = new Promise((done) => {
    isKept = () => done(null);
  });
  const keep = { put: () => kept, drop: async () => {}, all: async () => [] };
  const Alone = class {
    postMessage() {}
  };
  Object.assign(globalThis, { window: globalThis, BroadcastChannel: Alone });
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const outbox = new Outbox({
    name: 'a test',
    keep: /** @type {any} */ (keep),
    deliver: async ({ client_id }) => {
      happened.push('sent');
      return { kind: 'acked', ack: { client_id, room: 'r1', seq: 1, id: 'm1', duplicate: false } };
    },
    tell: () => happened.push(outbox.items[0]?.state ?? 'gone'),
  });

  const put = outbox.put({ room: 'r1', op: 'send', body: 'hello' });
  await outbox.kick();
  assert.deepEqual(happened, ['queued'], 'shown, and not sent although something else began to send');

  isKept();
  await put;
  while (happened.at(-1) !== 'sent' || outbox.items[0]?.state !== 'sent') await new Promise((done) => setTimeout(done));
  assert.deepEqual(happened, ['queued', 'sent', 'sent']);
});
