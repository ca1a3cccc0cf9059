import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people, score } from '../../src/hubbub/web/static/hubbub/app/ranking.js';

const ROOMS = ['привет', 'релизы', 'design-review', 'platform', 'random', 'Общая кухня', 'хозяйство', 'ёлка', 'щит'];

/** @param {string} typed */
function best(typed) {
  const found = ROOMS.map((name) => ({ name, points: score(name, typed) })).filter(({ points }) => points > 0);
  return found.sort((a, b) => b.points - a.points)[0]?.name;
}

test('parts and initials find a room', () => {
  assert.equal(best('plat'), 'platform');
  assert.equal(best('form'), 'platform');
  assert.equal(best('review'), 'design-review');
  assert.equal(best('dr'), 'design-review');
  assert.equal(best('de re'), 'design-review');
  assert.equal(best('#RANDOM'), 'random');
  assert.equal(best('ок'), 'Общая кухня');
  assert.equal(best('елка'), 'ёлка');
  assert.equal(best('qqq'), undefined);
});

test('either alphabet finds the other', () => {
  assert.equal(best('privet'), 'привет');
  assert.equal(best('relizy'), 'релизы');
  assert.equal(best('khoz'), 'хозяйство');
  assert.equal(best('hozyay'), 'хозяйство');
  assert.equal(best('shchit'), 'щит');
  assert.equal(best('платф'), 'platform');
  assert.equal(best('рандом'), 'random');
});

test('the wrong keyboard layout finds what was meant', () => {
  assert.equal(best('ghbdtn'), 'привет');
  assert.equal(best('здфеащкь'), 'platform');
  assert.equal(best('htkbps'), 'релизы');
  assert.equal(best('`krf'), 'ёлка');
});

test('a better match has more points', () => {
  const order = ['dev', 'developers', 'web dev', 'main dev ops', 'endevour'].map((name) => score(name, 'dev'));

  assert.deepEqual(
    order,
    order.toSorted((a, b) => b - a),
  );
  assert.ok(score('привет', 'привет') > score('privet', 'привет'), 'the very letters before the other alphabet');
});

test('an exact handle is first, then who spoke lately, then members, then others', () => {
  const known = {
    spoke: ['anton', 'joanna'],
    members: ['anna', 'anton', 'annabel', 'joanna'],
    others: ['anne', 'ann'],
  };

  assert.deepEqual(
    people(known, 'ann').map(({ name }) => name),
    ['ann', 'joanna', 'anna', 'annabel', 'anne'],
  );
  assert.deepEqual(
    people(known, 'an').map(({ name, here }) => [name, here]),
    [
      ['anton', true],
      ['joanna', true],
      ['anna', true],
      ['annabel', true],
      ['ann', false],
      ['anne', false],
    ],
  );
  assert.equal(people(known, '').length, 6);
  assert.equal(people(known, 'аннаб')[0].name, 'annabel');
  assert.deepEqual(people(known, 'zz'), []);
});
