/** How one's own words look before the server has answered: text in, a tree out; it must not know the page. */

const BLOCK = /^```[^\n]*\n([\s\S]*?)\n?```$/;
const INLINE = new RegExp(
  [
    '`([^`\\n]+)`',
    '\\*\\*(?=\\S)([^\\n]+?)(?<=\\S)\\*\\*',
    '~~(?=\\S)([^\\n]+?)(?<=\\S)~~',
    '(?<![\\p{L}\\p{N}*])\\*(?=[^\\s*])([^*\\n]+?)(?<=[^\\s*])\\*(?![\\p{L}\\p{N}*])',
    '(?<![\\p{L}\\p{N}_])_(?=[^\\s_])([^_\\n]+?)(?<=[^\\s_])_(?![\\p{L}\\p{N}_])',
    '(https?://[^\\s<>"\']+)',
    '(?<![\\p{L}\\p{N}@.+_-])@([\\p{L}\\p{N}@.+_-]*[\\p{L}\\p{N}_])',
  ].join('|'),
  'gu',
);

/**
 * @param {string} text
 * @returns {Hubbub.Node[]} paragraphs and blocks of code
 */
export function format(text) {
  const parts = text.replace(/\r\n?/g, '\n').split(/(^```[^\n]*\n[\s\S]*?\n?```$)/m);
  return parts.flatMap((part) => {
    const block = BLOCK.exec(part);
    return block ? [{ kind: /** @type {const} */ ('block'), text: block[1] }] : paragraphs(part);
  });
}

/**
 * One line without marks, for quotes and announcements.
 * @param {string} text
 */
export function plain(text) {
  return text
    .replace(/```\w*/g, ' ')
    .replace(/(\*\*|~~|`)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Whether these words call this person.
 * @param {string} text
 * @param {string} username
 */
export function mentions(text, username) {
  if (!text.includes('@')) return false;
  const wanted = username.normalize('NFKC').toLowerCase();
  return walk(format(text)).some(
    (node) => node.kind === 'mention' && node.name.normalize('NFKC').toLowerCase() === wanted,
  );
}

/**
 * @param {Hubbub.Node[]} nodes
 * @returns {Hubbub.Node[]}
 */
function walk(nodes) {
  return nodes.flatMap((node) => ('nodes' in node ? walk(node.nodes) : [node]));
}

/**
 * @param {string} text
 * @returns {Hubbub.Node[]}
 */
function paragraphs(text) {
  const blocks = text
    .split(/\n{2,}/)
    .map((block) => block.replace(/^\n+|\n+$/g, ''))
    .filter((block) => block.trim());
  return blocks.map((block) => ({ kind: /** @type {const} */ ('paragraph'), nodes: lines(block) }));
}

/**
 * @param {string} block
 * @returns {Hubbub.Node[]}
 */
function lines(block) {
  return block
    .split('\n')
    .flatMap((line, index) => (index ? [{ kind: /** @type {const} */ ('break') }, ...inline(line)] : inline(line)));
}

/**
 * @param {string} text
 * @returns {Hubbub.Node[]}
 */
function inline(text) {
  /** @type {Hubbub.Node[]} */
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push({ kind: 'text', text: text.slice(from, match.index) });
    const [node, length] = marked(match);
    nodes.push(node);
    from = match.index + length;
  }
  if (from < text.length) nodes.push({ kind: 'text', text: text.slice(from) });
  return nodes;
}

/**
 * @param {RegExpExecArray} match
 * @returns {[Hubbub.Node, number]} the node and how much of the text it used
 */
function marked(match) {
  const [whole, code, bold, strike, star, underscore, link, name] = match;
  if (code !== undefined) return [{ kind: 'code', text: code }, whole.length];
  if (bold !== undefined) return [{ kind: 'bold', nodes: inline(bold) }, whole.length];
  if (strike !== undefined) return [{ kind: 'strike', nodes: inline(strike) }, whole.length];
  const slanted = star ?? underscore;
  if (slanted !== undefined) return [{ kind: 'italic', nodes: inline(slanted) }, whole.length];
  if (link !== undefined) return anchor(link);
  return [{ kind: 'mention', name }, whole.length];
}

/**
 * A full stop after a link belongs to the sentence; a closing bracket belongs to the link only if it opened there.
 * @param {string} link
 * @returns {[Hubbub.Node, number]}
 */
function anchor(link) {
  let href = link.replace(/[.,;:!?*_~]+$/, '');
  while (href.endsWith(')') && count(href, ')') > count(href, '(')) href = href.slice(0, -1);
  return [{ kind: 'link', href, text: href }, href.length];
}

/**
 * @param {string} text
 * @param {string} sign
 */
function count(text, sign) {
  return text.split(sign).length - 1;
}
