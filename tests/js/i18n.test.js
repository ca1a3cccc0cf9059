import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  clockTime,
  dayName,
  daysBetween,
  list,
  plural,
  speak,
  t,
} from '../../src/hubbub/web/static/hubbub/app/i18n.js';

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

test('what is written by hand is what the language itself would write', () => {
  const now = new Date(2026, 10, 23, 12);
  for (const locale of LOCALES) {
    speak(catalogue(locale), locale);
    const said = (/** @type {Intl.DateTimeFormatOptions} */ options) => new Intl.DateTimeFormat(locale, options);
    for (let days = 2; days < 500; days += 1) {
      const at = new Date(2026, 10, 23 - days, 12);
      const year = at.getFullYear() === 2026 ? undefined : /** @type {const} */ ('numeric');
      const written = days < 7 ? said({ weekday: 'long' }) : said({ day: 'numeric', month: 'long', year });
      assert.equal(dayName(at, now).toLowerCase(), written.format(at).toLowerCase());
    }
    const tag = locale === 'en' ? 'en-GB' : locale;
    for (const names of [[], ['Ada'], ['Ada', 'Ben'], ['Ada', 'Ben', 'Cleo']])
      assert.equal(list(names), new Intl.ListFormat(tag).format(names));
    for (const n of [0, 7, 999, 1000, 1_234_567]) {
      speak({ many: '{n}' }, locale);
      assert.equal(t('many', { n }), new Intl.NumberFormat(locale).format(n));
    }
  }
});

test('hours are written in the habit of each browser', () => {
  const spoken = [...source('i18n.js').matchAll(/'((?:[a-z]{2}(?:-[A-Z]{2})? ?){5,})'/g)].flatMap(([, tags]) =>
    tags.split(' '),
  );
  assert.ok(spoken.length > 30, 'the search finds the languages');

  for (const habit of [...spoken, 'ko', 'ar-EG', 'bn-BD'])
    for (const locale of LOCALES) {
      speak(catalogue(locale), locale, habit);
      const { hourCycle } = new Intl.DateTimeFormat(habit, { hour: 'numeric' }).resolvedOptions();
      const hour = hourCycle === 'h23' ? '2-digit' : 'numeric';
      const written = new Intl.DateTimeFormat(locale, { hour, minute: '2-digit', hourCycle });
      for (const hours of [0, 1, 9, 11, 12, 13, 23]) {
        const at = new Date(2026, 10, 23, hours, 5);
        assert.equal(clockTime(at).replace('\u202f', ' '), written.format(at).replace('\u202f', ' '), habit);
      }
    }
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
  return files.map(source);
}

/** @param {string} name */
function source(name) {
  return readFileSync(new URL(name, APP), 'utf8');
}
