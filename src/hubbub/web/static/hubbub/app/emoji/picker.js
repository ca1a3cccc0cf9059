/** A small picker of common emoji, the recent ones first. It must not know what the emoji is for. */

import { el } from '../html.js';
import { t } from '../i18n.js';
import { openPopover } from '../menu.js';
import { GROUPS } from './groups.js';

const RECENT = 'hubbub recent emoji';
const KEPT = 8;
const ROW = 8;

/**
 * @param {Element} where
 * @param {(emoji: string) => void} choose
 */
export function pick(where, choose) {
  const box = el('div', { class: 'picker', role: 'dialog', 'aria-label': t('emoji.pick') });
  const take = (/** @type {string} */ emoji) => {
    remember(emoji);
    box.hidePopover();
    choose(emoji);
  };
  const recent = recall();
  if (recent.length) box.append(group(t('emoji.recent'), recent, take));
  for (const { id, signs } of GROUPS) box.append(group(t(`emoji.${id}`), signs.split(' '), take));
  box.addEventListener('keydown', (event) => walk(box, event));
  openPopover(box, where);
  box.querySelector('button')?.focus();
}

/**
 * @param {string} title
 * @param {string[]} signs
 * @param {(emoji: string) => void} take
 */
function group(title, signs, take) {
  const buttons = signs.map((sign) =>
    el('button', { type: 'button', tabindex: -1, 'aria-label': sign, onclick: () => take(sign) }, sign),
  );
  return el(
    'section',
    { 'aria-label': title },
    el('h3', { class: 'sec' }, title),
    el('div', { class: 'signs' }, ...buttons),
  );
}

/**
 * @param {HTMLElement} box
 * @param {KeyboardEvent} event
 */
function walk(box, event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ROW, ArrowUp: -ROW };
  const step = steps[/** @type {keyof typeof steps} */ (event.key)];
  if (!step) return;
  event.preventDefault();
  const mirrored = Math.abs(step) === 1 && document.documentElement.dir === 'rtl' ? -step : step;
  const buttons = [...box.querySelectorAll('button')];
  const here = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  buttons[Math.min(buttons.length - 1, Math.max(0, here + mirrored))]?.focus();
}

/** @returns {string[]} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? '[]');
  } catch {
    return [];
  }
}

/** @param {string} emoji */
function remember(emoji) {
  const signs = [emoji, ...recall().filter((one) => one !== emoji)].slice(0, KEPT);
  localStorage.setItem(RECENT, JSON.stringify(signs));
}
