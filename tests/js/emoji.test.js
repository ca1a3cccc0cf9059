import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inTone, join, search } from '../../src/hubbub/web/static/hubbub/app/emoji/data.js';

const FOLDER = new URL('../../src/hubbub/web/static/hubbub/emoji/', import.meta.url);

/** @param {string} name */
function read(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

const all = join(read('signs'), [read('ru'), read('en')]);

/** @param {string} query */
function found(query) {
  return search(all, query).map(({ sign }) => sign);
}

test('words of both languages find an emoji, and beginnings of words do', () => {
  assert.ok(found('ракета').includes('🚀'));
  assert.ok(found('rocket').includes('🚀'));
  assert.ok(found('рак').includes('🚀'));
  assert.ok(found('кот').includes('🐈'));
  assert.deepEqual(found('ocket'), []);
  assert.deepEqual(found('  '), []);
});

test('every word of a query has to be there', () => {
  assert.ok(found('red heart').includes('❤️'));
  assert.equal(found('red rocket').includes('🚀'), false);
});

test('a name that begins with the query comes first', () => {
  assert.equal(found('rocket')[0], '🚀');
  assert.equal(search(join(read('signs'), [read('en')]), 'fire')[0].sign, '🔥');
});

test('a tone goes where Unicode wants it', () => {
  assert.equal(inTone('👍', 0), '👍');
  assert.equal(inTone('👍', 3), '👍🏽');
  assert.equal(inTone('✌️', 5), '✌🏿');
  assert.equal(inTone('🤷‍♀️', 1), '🤷🏻‍♀️');
});

test('names are those of the first language', () => {
  assert.equal(all.find(({ sign }) => sign === '👋')?.name, 'машет рукой');
});
