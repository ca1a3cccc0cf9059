/** Menus: a popover beside what was pressed, a sheet at the lower edge on a phone. They must not know what they offer. */

import { open } from './dialog.js';
import { el, icon, set } from './html.js';

const GAP = 4;

/**
 * @typedef {object} Choice
 * @property {string} label
 * @property {string} [icon]
 * @property {string} [key]  the key that does the same
 * @property {boolean} [danger]
 * @property {() => void} act
 */

/** @typedef {{ x: number, y: number } | Element | 'sheet'} Where  'sheet': at the lower edge, under a finger that still presses */

/**
 * @param {Where} where
 * @param {Choice[]} choices
 * @param {string} label
 * @param {{ above?: HTMLElement | null, said?: string, closed?: () => void }} [more]
 *   `above`: what stands over the choices; `said`: words that a sheet shows, to select from
 * @returns {() => void} closes it
 */
export function openMenu(where, choices, label, { above, said, closed = () => {} } = {}) {
  const menu = el('div', { class: 'menu', role: 'menu', 'aria-label': label });
  const close = where === 'sheet' ? () => dialog?.close() : () => menu.hidePopover();
  if (above) menu.append(above);
  if (said && where === 'sheet') menu.append(el('blockquote', { class: 'said', dir: 'auto' }, said));
  menu.append(...choices.map((choice) => item(close, choice)));
  menu.addEventListener('keydown', (event) => walk(menu, event, close));
  const dialog = where === 'sheet' ? open(menu, 'holder', label) : null;
  if (where !== 'sheet') openPopover(menu, where);
  dialog?.addEventListener('close', closed);
  menu.addEventListener('toggle', (event) => /** @type {ToggleEvent} */ (event).newState === 'closed' && closed());
  if (!dialog) /** @type {HTMLElement | null} */ (menu.querySelector(':scope > [role=menuitem]'))?.focus();
  return close;
}

/**
 * Shows anything beside something; it goes away by itself on Escape or a press elsewhere, and gives the focus back.
 * @param {HTMLElement} element
 * @param {Exclude<Where, 'sheet'>} where
 */
export function openPopover(element, where) {
  const before = document.activeElement;
  set(element, 'popover', 'auto');
  document.body.append(element);
  element.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    const had = element.contains(document.activeElement) || document.activeElement === document.body;
    element.remove();
    if (had && before instanceof HTMLElement) before.focus({ preventScroll: true });
  });
  element.showPopover();
  place(element, where);
}

/**
 * @param {HTMLElement} element
 * @param {Exclude<Where, 'sheet'>} where
 */
export function place(element, where) {
  const at = where instanceof Element ? where.getBoundingClientRect() : new DOMRect(where.x, where.y, 0, 0);
  const { width, height } = element.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = at.bottom + GAP + height <= clientHeight;
  const block = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
  const wanted = where instanceof Element ? at.right - width : at.left;
  const x = Math.min(Math.max(GAP, wanted), clientWidth - width - GAP);
  const rtl = document.documentElement.dir === 'rtl';
  element.style.setProperty('--block', `${block}px`);
  element.style.setProperty('--inline', `${rtl ? clientWidth - x - width : x}px`);
}

/**
 * @param {() => void} close
 * @param {Choice} choice
 */
function item(close, choice) {
  const act = () => {
    close();
    choice.act();
  };
  return el(
    'button',
    { type: 'button', role: 'menuitem', tabindex: -1, 'data-danger': choice.danger, onclick: act },
    choice.icon ? icon(choice.icon) : null,
    el('span', {}, choice.label),
    choice.key ? el('kbd', {}, choice.key) : null,
  );
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 * @param {() => void} close
 */
function walk(menu, event, close) {
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('[role=menuitem]')]);
  const here = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = target(items, here, event.key);
  if (event.key === 'Tab') close();
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/**
 * @param {HTMLElement[]} items
 * @param {number} here
 * @param {string} key
 */
function target(items, here, key) {
  if (key === 'ArrowDown') return items[(here + 1) % items.length];
  if (key === 'ArrowUp') return items[(here - 1 + items.length) % items.length];
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if ([...key].length !== 1 || key === ' ') return undefined;
  const starts = (/** @type {HTMLElement} */ one) =>
    one.textContent?.trim().toLowerCase().startsWith(key.toLowerCase());
  return [...items.slice(here + 1), ...items].find(starts);
}
