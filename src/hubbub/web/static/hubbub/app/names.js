/** Who reacted, beside a reaction that is pointed at, has the focus or is pressed for long. It must not know the log. */

import { el } from './html.js';
import { place } from './menu.js';

const tip = el('div', { class: 'tip', role: 'tooltip', popover: 'manual' });

/** @param {HTMLElement} list */
export function watchNames(list) {
  list.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && pointed(event));
  list.addEventListener('focusin', pointed);
  for (const gone of ['pointerout', 'focusout', 'click']) list.addEventListener(gone, hide);
  list.closest('.log')?.addEventListener('scroll', hide, { passive: true });
}

/** @param {Event} event */
function pointed(event) {
  const chip = event.target instanceof Element ? event.target.closest('[data-names]') : null;
  if (chip) showNames(/** @type {HTMLElement} */ (chip));
}

/** @param {HTMLElement} chip */
export function showNames(chip) {
  tip.textContent = `${chip.dataset.emoji} ${chip.dataset.names}`;
  if (!tip.isConnected) document.body.append(tip);
  tip.showPopover();
  place(tip, chip);
}

function hide() {
  if (tip.matches(':popover-open')) tip.hidePopover();
}
