/** The line that says when the next message goes out, for somebody who writes faster than the place takes. Nothing is stopped by it. */

import { el } from './html.js';
import { t } from './i18n.js';

const line = el('div', { class: 'slow', role: 'timer', hidden: true });
let until = 0;
let ticking = 0;

/**
 * @param {HTMLElement} writing  what stands around the composer
 * @param {number} wait  milliseconds
 */
export function countDown(writing, wait) {
  if (line.parentNode !== writing) writing.prepend(line);
  until = Math.max(until, Date.now() + wait);
  ticking ||= window.setInterval(tick, 1000);
  tick();
}

function tick() {
  const left = Math.ceil((until - Date.now()) / 1000);
  line.hidden = left <= 0;
  if (left > 0) line.textContent = t('slow.wait', { n: left });
  else {
    window.clearInterval(ticking);
    ticking = 0;
  }
}
