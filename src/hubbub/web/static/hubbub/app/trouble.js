/** What is said of what was refused: why, and what can be done. It must not know the row. */

import { toast } from './dialog.js';
import { el } from './html.js';
import { t } from './i18n.js';
import { Refusal } from './net.js';

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
 * @param {{ code?: string, detail?: string }} trouble
 */
export function reason({ code = '', detail = '' }) {
  const id = `refused.${code}`;
  const words = t(id);
  return words === id ? detail : words;
}

/** Whatever was asked of the server in vain and nobody else has words for. */
export function watchRefusals() {
  window.addEventListener('unhandledrejection', (event) => {
    if (!(event.reason instanceof Refusal)) return;
    event.preventDefault();
    toast(said(event.reason));
  });
}

/** @param {Refusal} refusal */
function said({ passing, trouble }) {
  if (trouble.code === 'rate_limited') return t('trouble.too_fast');
  if (passing) return t('trouble.passing');
  return `${t('trouble.refused')} ${reason(trouble)} ${t('trouble.kept')}`;
}
