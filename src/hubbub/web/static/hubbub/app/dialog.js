/** Questions, sheets and short notices. They must not know what is asked. */

import { el, iconButton } from './html.js';
import { t } from './i18n.js';

const SHOWN = 6000;

/**
 * @param {{ title: string, quote?: string, confirm: string, danger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export function ask({ title, quote, confirm, danger = false }) {
  return new Promise((resolve) => {
    const yes = el(
      'button',
      { type: 'submit', value: 'yes', class: danger ? 'button danger' : 'button primary' },
      confirm,
    );
    const no = el('button', { type: 'submit', value: '', class: 'button', autofocus: true }, t('cancel'));
    const form = el(
      'form',
      { method: 'dialog' },
      el('h2', {}, title),
      quote ? el('blockquote', { dir: 'auto' }, quote) : null,
      el('div', { class: 'buttons' }, no, yes),
    );
    const dialog = open(form, 'ask', title);
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'));
  });
}

/**
 * A panel over the page, from the end edge on a desktop, from below on a phone.
 * @param {string} title
 * @param {HTMLElement} content
 * @returns {HTMLDialogElement}
 */
export function sheet(title, content) {
  const close = iconButton('close', t('close'), () => dialog.close());
  const dialog = open(
    el('div', { class: 'panel' }, el('header', { class: 'top' }, el('h1', {}, title), close), content),
    'sheet',
    title,
  );
  return dialog;
}

/**
 * @param {HTMLElement} content
 * @param {string} kind
 * @param {string} label
 */
export function open(content, kind, label) {
  const dialog = el('dialog', { class: kind, 'aria-label': label }, content);
  // A press that began elsewhere, such as the long one that opened it, does not close it.
  let outside = false;
  dialog.addEventListener('pointerdown', ({ target }) => {
    outside = target === dialog;
  });
  dialog.addEventListener('click', ({ target }) => outside && target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  keepCaret(dialog);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * The browser gives the focus back without the caret (seen in Chromium 156): what is typed then would go nowhere.
 * @param {HTMLDialogElement} dialog  that is about to take the focus
 */
function keepCaret(dialog) {
  const field = /** @type {HTMLTextAreaElement} */ (document.activeElement);
  const { selectionStart: start, selectionEnd: end, selectionDirection } = field;
  if (typeof start !== 'number') return;
  const back = () => field.setSelectionRange(start, end, selectionDirection);
  field.addEventListener('focus', back);
  dialog.addEventListener('close', () => field.removeEventListener('focus', back));
}

/**
 * @param {string} words
 * @param {{ words: string, act: () => void }} [back]  a way to take it back
 */
export function toast(words, back) {
  const act = () => {
    note.remove();
    back?.act();
  };
  const undo = back && el('button', { type: 'button', onclick: act }, back.words);
  const note = el('div', { class: 'toast', role: 'status' }, words, undo);
  document.querySelector('.toast')?.remove();
  document.body.append(note);
  window.setTimeout(() => note.remove(), SHOWN);
}
