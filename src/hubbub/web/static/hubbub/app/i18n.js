/** The words of the interface, in the reader's language: it must not know the page or where the words come from. */

/** @type {Hubbub.Catalogue} */
let words = {};
let locale = 'en';
let rules = new Intl.PluralRules('en');
/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();
/** @type {'h11' | 'h12' | 'h23' | 'h24' | undefined} */
let clock;

/**
 * @param {Hubbub.Catalogue} catalogue
 * @param {string} language
 * @param {string} [region]  the browser's own language: its habit of 12 or 24 hours is the reader's
 */
export function speak(catalogue, language, region = language) {
  words = catalogue;
  locale = language;
  rules = new Intl.PluralRules(language);
  formats.clear();
  clock = new Intl.DateTimeFormat(region, { hour: 'numeric' }).resolvedOptions().hourCycle;
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
  return rules.select(n);
}

/** @param {string[]} names */
export function list(names) {
  return new Intl.ListFormat(locale === 'en' ? 'en-GB' : locale, { type: 'conjunction' }).format(names);
}

/** @param {Date} at */
export function clockTime(at) {
  return format('time', { hour: clock === 'h23' ? '2-digit' : 'numeric', minute: '2-digit', hourCycle: clock }).format(
    at,
  );
}

/** @param {Date} at */
export function fullTime(at) {
  return format('full', { dateStyle: 'full', timeStyle: 'long', hourCycle: clock }).format(at);
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
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made;
}

/** @param {string | number} value */
function shown(value) {
  return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** Milliseconds until the viewer's next day. */
export function untilMidnight() {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() - now.getTime();
}
