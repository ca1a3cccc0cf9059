/** What is unread above and below the part of the sidebar in view: a pill at each edge leads there. It must not know what the rooms are. */

import { el, fillWith, icon, set } from './html.js';
import { t } from './i18n.js';

const UNREAD = 'a.room[data-unread]:not([data-unread="0"], [data-quiet])';

/** @param {HTMLElement} rooms  the part that scrolls */
export function watchEdges(rooms) {
  const pills = { above: pill('above'), below: pill('below') };
  const box = el('div', { class: 'edges' }, pills.above, pills.below);
  rooms.before(box);
  box.append(rooms);
  const look = () => {
    const hidden = outside(rooms);
    show(pills.above, 'above', hidden.above);
    show(pills.below, 'below', hidden.below);
  };
  let planned = 0;
  const drawn = () => {
    window.clearTimeout(planned);
    planned = window.setTimeout(look, 40);
  };
  rooms.addEventListener('scroll', look, { passive: true });
  new ResizeObserver(look).observe(rooms);
  new MutationObserver(drawn).observe(rooms, { childList: true, subtree: true, attributeFilter: ['data-unread'] });
  pills.above.addEventListener('click', () => outside(rooms).above.at(-1)?.scrollIntoView({ block: 'center' }));
  pills.below.addEventListener('click', () => outside(rooms).below[0]?.scrollIntoView({ block: 'center' }));
  look();
}

/** @param {HTMLElement} rooms */
function outside(rooms) {
  const { top, bottom } = rooms.getBoundingClientRect();
  const unread = [...rooms.querySelectorAll(UNREAD)];
  return {
    above: unread.filter((row) => row.getBoundingClientRect().bottom <= top + 8),
    below: unread.filter((row) => row.getBoundingClientRect().top >= bottom - 8),
  };
}

/** @param {'above' | 'below'} edge */
function pill(edge) {
  return el('button', { type: 'button', class: 'jump edge', 'data-edge': edge, hidden: true });
}

/**
 * @param {HTMLElement} button
 * @param {'above' | 'below'} edge
 * @param {Element[]} rows
 */
function show(button, edge, rows) {
  set(button, 'hidden', !rows.length);
  if (!rows.length) return;
  const words = t(`side.${edge}`, { n: rows.length });
  if (button.textContent !== words) fillWith(button, icon('down'), el('span', {}, words));
}
