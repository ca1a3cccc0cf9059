/** Marks around what is selected in the composer, by key and by pasting a link; each is one step to undo. It must not know what is sent. */

/** @typedef {{ text: string, start: number, end: number }} Written  with what is selected in it */
/** @typedef {{ from: number, to: number, put: string, start: number, end: number }} Change  and the selection after it */

/** @type {Record<string, [string, string]>} */
const MARKS = { b: ['**', '**'], i: ['*', '*'], e: ['`', '`'], X: ['~~', '~~'], C: ['```\n', '\n```'] };
const LINK = /^https?:\/\/\S+$/i;

/** @param {HTMLTextAreaElement} field */
export function formatByKeys(field) {
  field.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const letter = letterOf(event);
    const mark = MARKS[event.shiftKey ? letter.toUpperCase() : letter];
    if (!mark) return;
    event.preventDefault();
    apply(field, wrap(written(field), ...mark));
  });
  field.addEventListener('paste', (event) => {
    const pasted = event.clipboardData?.getData('text/plain').trim() ?? '';
    const change = linked(written(field), pasted);
    if (!change) return;
    event.preventDefault();
    apply(field, change);
  });
}

/**
 * The Latin letter of a key whatever alphabet the keyboard writes at the moment; other signs as they are.
 * @param {KeyboardEvent} event
 */
export function letterOf({ key, code }) {
  if (/^[\x21-\x7e]$/.test(key)) return key.toLowerCase();
  return /^Key[A-Z]$/.test(code) && key.length === 1 ? code.slice(3).toLowerCase() : key;
}

/**
 * Puts text in place of some, so that one undo takes it back.
 * @param {HTMLTextAreaElement} field
 * @param {number} from
 * @param {number} to
 * @param {string} put
 */
export function replace(field, from, to, put) {
  field.focus();
  field.setSelectionRange(from, to);
  if (document.execCommand(put ? 'insertText' : 'delete', false, put)) return;
  field.setRangeText(put, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/**
 * With the marks around it, or without them if they are there, inside or outside of what is selected.
 * @param {Written} written
 * @param {string} before
 * @param {string} after
 * @returns {Change}
 */
export function wrap({ text, start, end }, before, after) {
  const chosen = text.slice(start, end);
  const from = start - before.length;
  const to = end + after.length;
  if (from >= 0 && surrounds(text, from, start, before) && surrounds(text, end, to, after))
    return { from, to, put: chosen, start: from, end: from + chosen.length };
  const whole = chosen.length >= before.length + after.length;
  if (whole && surrounds(chosen, 0, before.length, before) && chosen.endsWith(after)) {
    const put = chosen.slice(before.length, chosen.length - after.length);
    return { from: start, to: end, put, start, end: start + put.length };
  }
  const at = start + before.length;
  return { from: start, to: end, put: before + chosen + after, start: at, end: at + chosen.length };
}

/**
 * An address pasted on words makes them a link.
 * @param {Written} written
 * @param {string} pasted
 * @returns {Change | null}
 */
export function linked({ text, start, end }, pasted) {
  const chosen = text.slice(start, end);
  if (!chosen.trim() || !LINK.test(pasted) || LINK.test(chosen.trim()) || /[[\]\n]/.test(chosen)) return null;
  const put = `[${chosen}](${pasted.replaceAll('(', '%28').replaceAll(')', '%29')})`;
  return { from: start, to: end, put, start: start + put.length, end: start + put.length };
}

/**
 * The mark itself, not the half of a longer one: `*` is not the end of `**`.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {string} mark
 */
function surrounds(text, from, to, mark) {
  if (text.slice(from, to) !== mark) return false;
  const [sign] = mark.trim();
  const run = mark.trim().length;
  let [low, high] = [from, to];
  while (text[low - 1] === sign) low -= 1;
  while (text[high] === sign) high += 1;
  const length = text.slice(low, high).trim().length;
  return length === run || (sign === '*' && length === 3);
}

/** @param {HTMLTextAreaElement} field */
function written({ value, selectionStart, selectionEnd }) {
  return { text: value, start: selectionStart, end: selectionEnd };
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {Change} change
 */
function apply(field, { from, to, put, start, end }) {
  replace(field, from, to, put);
  field.setSelectionRange(start, end);
}
