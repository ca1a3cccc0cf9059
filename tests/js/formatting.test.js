import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linked, wrap } from '../../src/hubbub/web/static/hubbub/app/formatting.js';

/**
 * `|` stands where a selection begins and ends.
 * @param {string} shown
 */
function read(shown) {
  const start = shown.indexOf('|');
  const end = shown.lastIndexOf('|') - 1;
  return { text: shown.replaceAll('|', ''), start, end };
}

/**
 * @param {{ text: string }} written
 * @param {{ from: number, to: number, put: string, start: number, end: number } | null} change
 */
function done({ text }, change) {
  assert.ok(change);
  const after = text.slice(0, change.from) + change.put + text.slice(change.to);
  return `${after.slice(0, change.start)}|${after.slice(change.start, change.end)}|${after.slice(change.end)}`;
}

/**
 * @param {string} shown
 * @param {string} before
 * @param {string} [after]
 */
function marked(shown, before, after = before) {
  return done(read(shown), wrap(read(shown), before, after));
}

test('marks go around what is selected and away again', () => {
  assert.equal(marked('a |b c| d', '**'), 'a **|b c|** d');
  assert.equal(marked('a **|b c|** d', '**'), 'a |b c| d');
  assert.equal(marked('a |**b c**| d', '**'), 'a |b c| d');
  assert.equal(marked('||', '`'), '`||`');
  assert.equal(marked('|x = 1|', '```\n', '\n```'), '```\n|x = 1|\n```');
  assert.equal(marked('```\n|x = 1|\n```', '```\n', '\n```'), '|x = 1|');
});

test('a mark inside a longer one is another mark', () => {
  assert.equal(marked('**|a|**', '*'), '***|a|***');
  assert.equal(marked('***|a|***', '*'), '**|a|**');
  assert.equal(marked('***|a|***', '**'), '*|a|*');
  assert.equal(marked('*|a|*', '**'), '***|a|***');
});

test('an address pasted on words makes a link, and on nothing or on an address does not', () => {
  const words = read('see |the plan| now');

  assert.equal(done(words, linked(words, 'https://example.org/a')), 'see [the plan](https://example.org/a)|| now');
  assert.match(done(words, linked(words, 'https://example.org/a_(b)')), /\(https:\/\/example\.org\/a_%28b%29\)/);
  assert.equal(linked(read('see || now'), 'https://example.org'), null);
  assert.equal(linked(words, 'example'), null);
  assert.equal(linked(words, 'javascript:alert(1)'), null);
  assert.equal(linked(read('|https://a.example|'), 'https://b.example'), null);
});
