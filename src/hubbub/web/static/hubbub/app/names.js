/** What is said of a thing pointed at: who reacted, when exactly something was said. It must not know the log. */

import { el, set } from './html.js';
import { fullTime } from './i18n.js';
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
  if (!(event.target instanceof Element)) return;
  const chip = event.target.closest('[data-names]');
  if (chip) showNames(/** @type {HTMLElement} */ (chip));
  for (const time of event.target.closest('article.msg')?.querySelectorAll('time') ?? [])
    set(time, 'title', fullTime(new Date(time.dateTime)));
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
