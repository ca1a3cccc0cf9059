/** Every emoji with its names in the reader's language and in English, fetched once when first wanted. It must not know the page. */

/**
 * @typedef {object} Emoji
 * @property {string} sign
 * @property {number} group
 * @property {boolean} toned  whether it takes a skin tone
 * @property {string} name  in the reader's language
 * @property {string[]} names  in every language
 * @property {string[]} words  what it is found by
 */

/** @type {Promise<Emoji[]> | null} */
let loaded = null;

/**
 * @param {{ signs: string, words: string[] }} urls  the words of the reader's language first
 * @returns {Promise<Emoji[]>}
 */
export function load({ signs, words }) {
  loaded ??= Promise.all([signs, ...words].map(read)).then(([found, ...named]) => join(found, named));
  loaded.catch(() => (loaded = null));
  return loaded;
}

/** @param {string} url */
async function read(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

/**
 * @param {[string, number, number][]} signs
 * @param {[string, string][][]} named  a list of names and other words for each language, in the order of the signs
 * @returns {Emoji[]}
 */
export function join(signs, named) {
  return signs.map(([sign, group, toned], index) => {
    const words = named.flatMap((list) => list[index]).join(' ');
    const names = named.map((list) => list[index][0].toLowerCase());
    return { sign, group, toned: toned === 1, name: named[0][index][0], names, words: split(words) };
  });
}

/**
 * Those that every word of the query begins a word of; a name that is the query comes first, then those that begin with it.
 * @param {Emoji[]} all
 * @param {string} query
 */
export function search(all, query) {
  const wanted = split(query);
  if (!wanted.length) return [];
  const found = all.filter(({ words }) => wanted.every((start) => words.some((word) => word.startsWith(start))));
  const first = query.trim().toLowerCase();
  const rank = (/** @type {Emoji} */ { names }) =>
    names.includes(first) ? 0 : names.some((name) => name.startsWith(first)) ? 1 : 2;
  return found.sort((a, b) => rank(a) - rank(b));
}

/**
 * @param {string} sign
 * @param {number} tone  0 for none, 1 to 5 from light to dark
 */
export function inTone(sign, tone) {
  if (!tone) return sign;
  const [first, ...rest] = sign;
  return first + String.fromCodePoint(0x1f3fa + tone) + rest.join('').replace(/^\ufe0f/, '');
}

/** @param {string} text */
function split(text) {
  return text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
