/** Copying out of the log: several messages become lines of who, when and what; a message with the focus is copied whole. */

/** @param {Hubbub.App} app */
export function watchCopying(app) {
  document.addEventListener('copy', (event) => {
    const text = event.target instanceof HTMLTextAreaElement ? '' : chosen(app);
    if (!text) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
  });
}

/** @param {Hubbub.App} app */
function chosen(app) {
  const selection = getSelection();
  const row = app.timeline.rowOf(document.activeElement);
  if (!selection || selection.isCollapsed) return row?.element === document.activeElement ? row?.view.entry.body : '';
  const range = selection.getRangeAt(0);
  const touched = [...app.timeline.list.querySelectorAll('article.msg')].filter((one) => range.intersectsNode(one));
  if (touched.length < 2) return '';
  return touched
    .map((article) => said(app, article, range))
    .filter(Boolean)
    .join('\n\n');
}

/**
 * @param {Hubbub.App} app
 * @param {Element} article
 * @param {Range} range
 */
function said(app, article, range) {
  const row = app.timeline.rowOf(article);
  const words = row ? text(within(range, row.body)).trim() : '';
  if (!row || !words) return '';
  const { by, at } = row.view.entry;
  const time = new Date(at).toLocaleString(navigator.language, TIME);
  return `${by}, ${time}\n${words}`;
}

const TIME = /** @type {const} */ ({ dateStyle: 'short', timeStyle: 'short' });

/**
 * What of an element the range holds.
 * @param {Range} range
 * @param {Element} element
 */
function within(range, element) {
  const part = document.createRange();
  part.selectNodeContents(element);
  if (range.comparePoint(element, 0) < 0 && element.contains(range.startContainer))
    part.setStart(range.startContainer, range.startOffset);
  if (element.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
  return part.cloneContents();
}

const BLOCKS = 'p, pre, li, blockquote, ul, ol, table, tr';
const UNSAID = '.ed, .wait, button, form';

/**
 * @param {Node} node
 * @returns {string}
 */
function text(node) {
  if (node instanceof Text) return node.data;
  if (node instanceof HTMLBRElement) return '\n';
  if (node instanceof Element && node.matches(UNSAID)) return '';
  const inner = [...node.childNodes].map(text).join('');
  return node instanceof Element && node.matches(BLOCKS) ? `${inner.replace(/\n$/, '')}\n` : inner;
}
