/** Editing a message where it stands. It must not know the window around it. */

import { el, fillWith } from './html.js';
import { t } from './i18n.js';
import { me, openRoom } from './store.js';

/** @typedef {import('./row.js').Row} Row */

/** @type {(() => void) | null} */
let cancel = null;

/** One step back for the Escape key. */
export function stopEditing() {
  if (!cancel) return false;
  cancel();
  return true;
}

/** @param {Hubbub.App} app  my newest message on screen */
export function editLast(app) {
  const rows = [...app.timeline.list.querySelectorAll('article.msg')]
    .reverse()
    .map((element) => app.timeline.rowOf(element));
  const row = rows.find((one) => one && one.view.entry.by === me() && one.view.entry.id && !one.view.entry.deleted);
  if (row) edit(app, row);
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 */
export function edit(app, row) {
  stopEditing();
  const { entry, item } = row.view;
  const text = (item?.op === 'edit' && item.body) || entry.body || '';
  const field = el('textarea', { class: 'edit', dir: 'auto', rows: 1, 'aria-label': t('edit.label') });
  const save = () => void done(app, row, field.value.trim());
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    save();
  };
  const form = el(
    'form',
    { class: 'editing', onsubmit: submit },
    field,
    el(
      'div',
      { class: 'edit-hint' },
      el('button', { type: 'submit', class: 'button primary' }, t('edit.save')),
      el('button', { type: 'button', class: 'button', onclick: stopEditing }, t('cancel')),
      el('span', {}, t('edit.hint')),
    ),
  );
  field.value = text;
  field.addEventListener('keydown', (event) => key(event, save));
  field.addEventListener('input', () => grow(field));
  row.editing = true;
  fillWith(row.body, form);
  cancel = () => close(app, row);
  grow(field);
  field.focus();
  field.setSelectionRange(text.length, text.length);
}

/**
 * @param {KeyboardEvent} event
 * @param {() => void} save
 */
function key(event, save) {
  event.stopPropagation();
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === 'Escape') stopEditing();
  else if (event.key === 'Enter' && !event.shiftKey && !matchMedia('(hover: none)').matches) save();
  else return;
  event.preventDefault();
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 * @param {string} body
 */
async function done(app, row, body) {
  const { entry, item } = row.view;
  const room = openRoom();
  close(app, row);
  if (!room || body === entry.body) return;
  if (!body) return void (await import('./actions.js')).remove(app, row);
  if (item?.state === 'failed') await app.outbox.discard(item.client_id);
  await app.outbox.put({ room: room.id, op: 'edit', target: entry.id, body });
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 */
function close(app, row) {
  cancel = null;
  row.editing = false;
  row.redraw();
  app.timeline.refresh();
  app.composer.focus();
}

/** @param {HTMLTextAreaElement} field */
function grow(field) {
  if (CSS.supports('field-sizing', 'content')) return;
  field.style.blockSize = 'auto';
  field.style.blockSize = `${field.scrollHeight}px`;
}
