import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '../../src/hubbub/web/static/hubbub/app/commands.js';

for (const [text, user, body] of [
  ['/pm ben hello there', 'ben', 'hello there'],
  ['/pm @ben hi', 'ben', 'hi'],
  ['/pm "ben b" hi\nyou', 'ben b', 'hi\nyou'],
  ['/pm ben', 'ben', ''],
]) {
  test(`the command ${JSON.stringify(text)}`, () => assert.deepEqual(parse(text), { name: 'pm', user, body }));
}

test('another command is known by its name only', () => {
  assert.deepEqual(parse('/shrug me'), { name: 'shrug', user: '', body: '' });
  assert.deepEqual(parse('/pm'), { name: 'pm', user: '', body: '' });
});
