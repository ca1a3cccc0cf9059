/** How well a name answers to what was typed: by parts, initials, in either alphabet or keyboard layout. Pure: it must not know rooms or the page. */

const ROWS = { en: "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", ru: 'ёйцукенгшщзхъфывапролджэячсмитьбю' };
const LETTERS = 'а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я'.split(' ');
const SOUNDS = 'a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sch  y  e yu ya'.split(' ');
/** @type {Record<string, string>} */
const SOUND = Object.fromEntries(LETTERS.map((letter, place) => [letter, SOUNDS[place]]));
/** Spellings of one sound: whichever is typed or stands in the name, the second is compared. */
const ALIKE = /** @type {const} */ ([
  ['shch', 'sch'],
  ['kh', 'h'],
  ['zh', 'j'],
  ['ph', 'f'],
  ['ck', 'k'],
  ['ts', 'c'],
  ['w', 'v'],
  ['y', 'i'],
]);

/**
 * From 8 for the very name down to 0 for none; letters in any case, `ё` like `е`.
 * @param {string} title
 * @param {string} typed
 */
export function score(title, typed) {
  const wanted = folded(typed).replace(/^[#@]/, '');
  if (!wanted) return 1;
  const name = folded(title);
  const direct = match(name, wanted);
  if (direct) return direct;
  const ways = [wanted, relaid(wanted, 'en', 'ru'), relaid(wanted, 'ru', 'en')];
  const foreign = ways.flatMap((way) => [match(name, way), match(spoken(name), spoken(way))]);
  return Math.max(...foreign) * 0.9;
}

/**
 * Whom an `@` may mean, best first: the exact handle, then who spoke here lately (the last first), then members, then all others.
 * @param {{ spoke: string[], members: string[], others: string[] }} known
 * @param {string} typed
 */
export function people({ spoke, members, others }, typed) {
  const wanted = folded(typed);
  const all = [...new Set([...spoke, ...members.toSorted(byName), ...others.toSorted(byName)])];
  const found = all.filter((name) => !wanted || score(name, typed) > 0);
  const exact = found.filter((name) => folded(name) === wanted);
  const here = new Set([...spoke, ...members]);
  const rest = found.filter((name) => folded(name) !== wanted);
  const begins = (/** @type {string} */ name) => Number(folded(name).startsWith(wanted));
  const group = (/** @type {string} */ name) => (spoke.includes(name) ? 0 : here.has(name) ? 1 : 2);
  rest.sort((a, b) => group(a) - group(b) || begins(b) - begins(a));
  return [...exact, ...rest].map((name) => ({ name, here: here.has(name) }));
}

/**
 * @param {string} name
 * @param {string} wanted
 */
function match(name, wanted) {
  if (name === wanted) return 8;
  if (name.startsWith(wanted)) return 7;
  const words = name.split(/[\s.,_-]+/u).filter(Boolean);
  if (words.some((word) => word.startsWith(wanted))) return 6;
  if (inTurn(words, wanted.split(/[\s.,_-]+/u).filter(Boolean))) return 5;
  const initials = words.map((word) => word[0]).join('');
  if (wanted.length > 1 && initials.includes(wanted)) return 4;
  return name.includes(wanted) ? 3 : 0;
}

/**
 * Whether each part begins a word of its own, in the order typed: `de re` of `design-review`.
 * @param {string[]} words
 * @param {string[]} parts
 */
function inTurn(words, parts) {
  let from = 0;
  for (const part of parts) {
    const at = words.findIndex((word, place) => place >= from && word.startsWith(part));
    if (at < 0) return false;
    from = at + 1;
  }
  return parts.length > 1;
}

/** @param {string} text */
function folded(text) {
  return text.normalize('NFC').trim().toLowerCase().replaceAll('ё', 'е');
}

/** @param {string} text  how it sounds, in Latin letters */
function spoken(text) {
  const latin = [...text].map((sign) => SOUND[sign] ?? sign).join('');
  return ALIKE.reduce((so, [spelling, sound]) => so.replaceAll(spelling, sound), latin);
}

/**
 * What the same keys write in the other layout.
 * @param {string} text
 * @param {'en' | 'ru'} from
 * @param {'en' | 'ru'} to
 */
function relaid(text, from, to) {
  return folded([...text].map((sign) => ROWS[to][ROWS[from].indexOf(sign)] ?? sign).join(''));
}

/**
 * @param {string} a
 * @param {string} b
 */
function byName(a, b) {
  return a.localeCompare(b);
}
