import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dayName, daysBetween, plural, speak, t } from '../../src/hubbub/web/static/hubbub/app/i18n.js';

const WEB = new URL('../../src/hubbub/web/', import.meta.url);
const APP = new URL('static/hubbub/app/', WEB);

/** @param {string} name */
function catalogue(name) {
  return /** @type {Hubbub.Catalogue} */ (JSON.parse(readFileSync(new URL(`catalogues/${name}.json`, WEB), 'utf8')));
}

const LOCALES = readdirSync(new URL('catalogues/', WEB)).map((file) => file.replace('.json', ''));

test('Russian counts are right', () => {
  speak(catalogue('ru'), 'ru');

  const said = [1, 2, 5, 11, 21, 22, 25, 101, 111].map((n) => t('jump.new', { n }));

  assert.deepEqual(said, [
    '1 новое сообщение',
    '2 новых сообщения',
    '5 новых сообщений',
    '11 новых сообщений',
    '21 новое сообщение',
    '22 новых сообщения',
    '25 новых сообщений',
    '101 новое сообщение',
    '111 новых сообщений',
  ]);
  assert.equal(plural(1.5), 'other');
});

test('every catalogue has every id, with every plural form of its language and the same values', () => {
  const english = catalogue('en');
  for (const locale of LOCALES) {
    const words = catalogue(locale);
    assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), locale);
    for (const [id, entry] of Object.entries(words)) {
      assert.equal(typeof entry, typeof english[id], `${locale} ${id}`);
      if (typeof entry === 'string') assert.deepEqual(values(entry), values(english[id]), `${locale} ${id}`);
      else
        assert.deepEqual(
          Object.keys(entry).sort(),
          new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted(),
          `${locale} ${id}`,
        );
    }
  }
});

test('every id that the client asks for is in the catalogue', () => {
  const known = catalogue('en');
  const asked = sources().flatMap((source) =>
    [...source.matchAll(/\bt\(([^;]*?)\)/g)].flatMap(([, call]) =>
      [...call.matchAll(/["']([a-z_]+(?:\.[a-z_]+)+)["']/g)].map(([, id]) => id),
    ),
  );

  assert.ok(asked.length > 80, 'the search finds the calls');
  assert.deepEqual(
    asked.filter((id) => !(id in known)),
    [],
  );
});

test('every id that the client puts together has words', () => {
  const known = Object.keys(catalogue('en'));
  const begun = sources().flatMap((source) => [...source.matchAll(/`([a-z]+\.)\$\{/g)].map(([, start]) => start));

  assert.ok(begun.includes('fail.'));
  for (const start of begun)
    assert.ok(
      known.some((id) => id.startsWith(start)),
      start,
    );
});

test('days are named from today backwards', () => {
  speak(catalogue('en'), 'en', 'en-GB');
  const now = new Date(2026, 10, 23, 0, 5);
  const before = (/** @type {number} */ days, hour = 23) => dayName(new Date(2026, 10, 23 - days, hour), now);

  assert.equal(before(0, 0), 'Today');
  assert.equal(before(1), 'Yesterday');
  assert.equal(before(2), 'Saturday');
  assert.equal(before(6), 'Tuesday');
  assert.equal(before(7), 'November 16');
  assert.match(dayName(new Date(2025, 0, 3), now), /2025/);
  assert.equal(daysBetween(new Date(2026, 2, 28), new Date(2026, 2, 30)), 2);
});

test('a value is put in as text, and what is not given stays visible', () => {
  speak({ hello: 'Hello {name}, {gone}' }, 'en');

  assert.equal(t('hello', { name: '<b>' }), 'Hello <b>, {gone}');
  assert.equal(t('nowhere'), 'nowhere');
});

/** @param {unknown} text */
function values(text) {
  return [...String(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
}

function sources() {
  const files = readdirSync(APP, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  return files.map((name) => readFileSync(new URL(name, APP), 'utf8'));
}
