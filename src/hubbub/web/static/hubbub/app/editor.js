/** Editing a message where it stands. It must not know the window around it. */

import { toast } from './dialog.js';
import { el, fillWith } from './html.js';
import { t } from './i18n.js';
import { part } from './net.js';
import { hindrance, me, on, openRoom, store } from './store.js';

/** @typedef {import('./row.js').Row} Row */

/** @type {(() => void) | null} */
let cancel = null;
/** @type {{ app: Hubbub.App, row: Row, room: string, field: HTMLTextAreaElement, note: HTMLElement } | null} */
let open = null;
/** @type {Map<string, string>} what was begun when the room was left */
const begun = new Map();

on('log', (room, patch) => {
  if (open?.room === room && patch?.changed.includes(open.row.view.entry.id)) overtaken();
});
on('open', () => {
  if (!open || store.open === open.room) return;
  begun.set(open.row.view.entry.id, open.field.value);
  stopEditing();
});

/** One step back for the Escape key. */
export function stopEditing() {
  if (!cancel) return false;
  cancel();
  return true;
}

/**
 * My newest message here, if it is loaded and I may.
 * @param {Hubbub.App} app
 */
export async function editLast(app) {
  const { timeline } = app;
  const entry = timeline.log?.entries.findLast((one) => one.by === me() && !one.deleted);
  if (!entry || hindrance(/** @type {Hubbub.Room} */ (openRoom()))) return;
  if (!timeline.rows.get(entry.id)) await timeline.goTo(entry.seq);
  const row = timeline.rows.get(entry.id);
  if (row) edit(app, row);
}

/** Somebody, or I elsewhere, changed or deleted what is being edited: it is said, and the words are kept. */
function overtaken() {
  if (!open) return;
  const { app, row, room, field, note } = open;
  const entry = store.logs.get(room)?.byId.get(row.view.entry.id);
  if (!entry) return;
  if (!entry.deleted) return fillWith(note, t('edit.overtaken'), el('q', { dir: 'auto' }, entry.body ?? ''));
  const words = field.value;
  stopEditing();
  app.composer.rewrite(words);
  toast(t('edit.deleted'));
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 */
export function edit(app, row) {
  stopEditing();
  const { entry, item } = row.view;
  const text = begun.get(entry.id) ?? ((item?.op === 'edit' && item.body) || entry.body || '');
  begun.delete(entry.id);
  const field = el('textarea', { class: 'edit', dir: 'auto', rows: 1, 'aria-label': t('edit.label') });
  const save = () => void done(app, row, field.value.trim());
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    save();
  };
  const note = el('p', { class: 'overtaken', role: 'alert' });
  const form = el(
    'form',
    { class: 'editing', onsubmit: submit },
    field,
    note,
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
  open = { app, row, room: store.open, field, note };
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
  if (!body) return void (await part(() => import('./actions.js'))).remove(app, row);
  if (item?.state === 'failed') await app.outbox.discard(item.client_id);
  await app.outbox.put({ room: room.id, op: 'edit', target: entry.id, body });
}

/**
 * @param {Hubbub.App} app
 * @param {Row} row
 */
function close(app, row) {
  cancel = null;
  open = null;
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
