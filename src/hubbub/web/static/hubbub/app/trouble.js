/** What a row says of words that were refused: why, and what can be done. It must not know the row. */

import { el } from './html.js';
import { t } from './i18n.js';

/** @param {Hubbub.Item} item */
export function troubleOf(item) {
  const button = (/** @type {string} */ act) =>
    el('button', { type: 'button', 'data-act': act, tabindex: -1 }, t(`fail.${act}`));
  const what = t(item.op === 'edit' ? 'fail.edit_not_saved' : 'fail.not_sent');
  const words = el('span', {}, `${what} ${reason(item)}`);
  return el('div', { class: 'fail' }, words, button('retry'), button('rewrite'), button('discard'));
}

/**
 * Why the server refused, in words.
 * @param {Hubbub.Item} item
 */
export function reason({ code = '', detail = '' }) {
  const id = `refused.${code}`;
  const words = t(id);
  return words === id ? detail : words;
}
