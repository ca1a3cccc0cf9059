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
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {string} words */
export function toast(words) {
  const note = el('div', { class: 'toast', role: 'status' }, words);
  document.querySelector('.toast')?.remove();
  document.body.append(note);
  window.setTimeout(() => note.remove(), SHOWN);
}
