/**
 * The words of the interface, in the reader's language: it must not know the page or where the words come from.
 * What a room shows at once is written by hand: whatever is asked first of `Intl` keeps a page waiting for dozens of milliseconds.
 */

/** The languages that most browsers speak, by what `Intl` knows of their habits. */
const HALF_DAYS = 'en en-US en-CA en-AU en-NZ en-IN es-MX es-US'.split(' ');
const WHOLE_DAYS =
  'en-GB en-IE ru ru-RU uk be kk de de-DE de-AT de-CH fr fr-FR es es-ES it pt-BR nl pl cs tr ja zh-CN'.split(' ');

/** @type {Hubbub.Catalogue} */
let words = {};
let locale = 'en';
let habit = 'en';
/** @type {Map<string, any>} what the browser knows of a language, which is slow to ask for */
const formats = new Map();

/**
 * @param {Hubbub.Catalogue} catalogue
 * @param {string} language
 * @param {string} [region]  the browser's own language: its habit of 12 or 24 hours is the reader's
 */
export function speak(catalogue, language, region = language) {
  words = catalogue;
  locale = language;
  habit = region;
  formats.clear();
}

/**
 * @param {string} id
 * @param {Record<string, string | number>} [values]  `n` chooses the plural form
 */
export function t(id, values = {}) {
  const entry = words[id];
  if (entry === undefined) return id;
  const form = typeof entry === 'string' ? entry : (entry[plural(Number(values.n))] ?? entry.other);
  if (!form.includes('{')) return form;
  return form.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? shown(values[key]) : whole));
}

/** @param {number} n */
export function plural(n) {
  return once('plural', () => new Intl.PluralRules(locale)).select(n);
}

/** @param {string[]} names */
export function list(names) {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${t('list.and')} ${names.at(-1)}`;
}

/** Whether the reader's clock has 12 hours or 24. */
function clock() {
  if (WHOLE_DAYS.includes(habit)) return 'h23';
  if (HALF_DAYS.includes(habit)) return 'h12';
  return once('clock', () => new Intl.DateTimeFormat(habit, { hour: 'numeric' }).resolvedOptions().hourCycle);
}

/** @param {Date} at */
export function clockTime(at) {
  const hours = at.getHours();
  const minutes = String(at.getMinutes()).padStart(2, '0');
  if (clock() === 'h23') return `${String(hours).padStart(2, '0')}:${minutes}`;
  return t(hours < 12 ? 'clock.am' : 'clock.pm', { time: `${hours % 12 || 12}:${minutes}` });
}

/** @param {Date} at */
export function fullTime(at) {
  return once(
    'full',
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', hourCycle: clock() }),
  ).format(at);
}

/**
 * Today, Yesterday, the weekday for six days, then the date.
 * @param {Date} at
 * @param {Date} now
 */
export function dayName(at, now) {
  const days = daysBetween(at, now);
  if (days === 0) return t('day.today');
  if (days === 1) return t('day.yesterday');
  if (days > 1 && days < 7) return t('day.weekdays').split(' ')[at.getDay()];
  const month = t('day.months').split(' ')[at.getMonth()];
  const date = { day: String(at.getDate()), month, year: String(at.getFullYear()) };
  return t(at.getFullYear() === now.getFullYear() ? 'day.date' : 'day.date_of_year', date);
}

/**
 * As the browser's own language sorts, with numbers by their size.
 * @param {string} one
 * @param {string} other
 */
export function byName(one, other) {
  return once('names', () => new Intl.Collator(undefined, { numeric: true })).compare(one, other);
}

/**
 * Calendar days in the reader's own zone; rounding swallows the hour that summer time moves.
 * @param {Date} at
 * @param {Date} now
 */
export function daysBetween(at, now) {
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}

/**
 * When the reader's day began.
 * @param {Date} at
 */
export function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

/**
 * @template T
 * @param {string} key
 * @param {() => T} make
 * @returns {T}
 */
function once(key, make) {
  const known = formats.get(key) ?? make();
  formats.set(key, known);
  return known;
}

/** @param {string | number} value */
function shown(value) {
  if (typeof value === 'string' || (value >= 0 && value < 1000 && Number.isInteger(value))) return String(value);
  return once('number', () => new Intl.NumberFormat(locale)).format(value);
}
