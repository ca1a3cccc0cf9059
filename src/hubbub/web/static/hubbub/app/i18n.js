/** The words of the interface, in the reader's language: it must not know the page or where the words come from. */

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
  return form.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? shown(values[key]) : whole));
}

/** @param {number} n */
export function plural(n) {
  return once('plural', () => new Intl.PluralRules(locale)).select(n);
}

/** @param {string[]} names */
export function list(names) {
  const tag = locale === 'en' ? 'en-GB' : locale;
  return once('list', () => new Intl.ListFormat(tag, { type: 'conjunction' })).format(names);
}

/** Whether the reader's clock has 12 hours or 24. */
function clock() {
  return once('clock', () => new Intl.DateTimeFormat(habit, { hour: 'numeric' }).resolvedOptions().hourCycle);
}

/** @param {Date} at */
export function clockTime(at) {
  const hourCycle = clock();
  const hour = hourCycle === 'h23' ? '2-digit' : 'numeric';
  return format('time', { hour, minute: '2-digit', hourCycle }).format(at);
}

/** @param {Date} at */
export function fullTime(at) {
  return format('full', { dateStyle: 'full', timeStyle: 'long', hourCycle: clock() }).format(at);
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
  if (days > 1 && days < 7) return capital(format('weekday', { weekday: 'long' }).format(at));
  const year = at.getFullYear() === now.getFullYear() ? undefined : /** @type {const} */ ('numeric');
  return format(`date${year}`, { day: 'numeric', month: 'long', year }).format(at);
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
  const day = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((day(now) - day(at)) / 86_400_000);
}

/**
 * @param {string} key
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(key, options) {
  return once(key, () => new Intl.DateTimeFormat(locale, options));
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
  return typeof value === 'number' ? once('number', () => new Intl.NumberFormat(locale)).format(value) : value;
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
