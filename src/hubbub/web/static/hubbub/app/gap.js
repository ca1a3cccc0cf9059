/** After an absence of which not everything was fetched: the way back to where one was. It must not know what was missed. */

import { el } from './html.js';
import { t } from './i18n.js';
import { covers } from './roomlog.js';
import { on } from './store.js';

/** @typedef {{ seq: number, top: number | null }} Seen */

/** @type {HTMLElement | null} */
let line = null;

on('open', forget);

/**
 * The newest page has come in place of the log that was known.
 * @param {Hubbub.App} app
 * @param {Hubbub.Log} known
 * @param {{ where: Seen | null, kept: Promise<boolean> | void }} seen  where one read, if not at the end, and whether it could be kept
 */
export async function offerBack(app, known, { where, kept }) {
  const { log } = app.timeline;
  if (!log || log.room !== known.room || log.epoch !== known.epoch || covers(log, known.hi + 1)) return;
  const seen = where ?? { seq: known.entries.at(-1)?.seq ?? 0, top: null };
  if ((where && (await kept)) || !seen.seq || app.timeline.log !== log) return;
  const back = () => {
    forget();
    void app.timeline.goTo(seen.seq, seen);
  };
  const words = el('span', {}, t('gap.much'));
  forget();
  line = el(
    'div',
    { class: 'conn', role: 'status' },
    words,
    el('button', { type: 'button', onclick: back }, t('gap.back')),
  );
  app.pane.lines.append(line);
}

function forget() {
  line?.remove();
  line = null;
}
