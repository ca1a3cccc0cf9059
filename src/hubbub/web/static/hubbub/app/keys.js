/** The keyboard: regions, the Escape ladder, walking rooms and messages, typing from anywhere. It must not know the network. */

import { choicesFor, menu } from './actions.js';
import { editLast, stopEditing } from './editor.js';
import { formatByKeys, letterOf } from './formatting.js';
import { set } from './html.js';
import { part } from './net.js';
import { readAll } from './readall.js';
import { roomsInOrder } from './sidebar.js';
import { hrefOf, openRoom, store } from './store.js';
import { openSwitcher } from './switcher.js';
import { readRoom } from './unread.js';

/** @type {Record<string, string>} */
const LETTERS = { r: 'reply', e: 'edit', '+': 'react', '=': 'react', u: 'unread', c: 'link', Delete: 'delete' };

/** @type {Record<string, (app: Hubbub.App) => unknown>} what Ctrl or Cmd opens from anywhere */
const LAZY = {
  k: (app) => openSwitcher(app), // at once: the next letters are its own
  '/': () => openKeyHelp(),
};

/** @type {Element | null} the row that Tab leads to */
let stopped = null;

/** @param {Hubbub.App} app */
export function listenToKeys(app) {
  document.addEventListener('keydown', (event) => pressed(app, event));
  app.side.addEventListener('keydown', walkRooms);
  app.composer.field.addEventListener('keydown', (event) => leaveComposer(app, event));
  app.timeline.list.addEventListener('keydown', (event) => walk(app, event));
  app.timeline.list.addEventListener('focusin', (event) => current(app, event.target));
  new MutationObserver(() => tabStop(app)).observe(app.timeline.list, { childList: true });
  tabStop(app);
  formatByKeys(app.composer.field);
}

/**
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function pressed(app, event) {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || isLetter(app, event)) return;
  const { key, altKey, shiftKey } = event;
  const command = event.ctrlKey || event.metaKey;
  const opens = command && !altKey ? LAZY[letterOf(event)] : undefined;
  if (opens) return take(event, () => opens(app));
  if (document.querySelector('dialog[open], [popover]:popover-open')) return;
  if (key === 'F6') return take(event, () => region(app, shiftKey ? -1 : 1));
  if (key === 'Escape') return stepBack(app, event);
  if (altKey && !command && (key === 'ArrowUp' || key === 'ArrowDown'))
    return take(event, () => nextRoom(app, key === 'ArrowUp' ? -1 : 1, shiftKey));
  if (!command && !altKey) typing(app, event);
}

/**
 * Of what is being written, which is no key of ours: nothing is looked for.
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function isLetter(app, { key, target, ctrlKey, metaKey, altKey }) {
  return key.length === 1 && target === app.composer.field && !ctrlKey && !metaKey && !altKey;
}

/**
 * @param {Event} event
 * @param {() => unknown} act
 */
function take(event, act) {
  event.preventDefault();
  act();
}

/**
 * The keys that move through a text move the log while there is no text.
 * @param {Hubbub.App} app
 * @param {string} key
 */
function scrolls(app, key) {
  const at = document.activeElement;
  if (at !== document.body && !(at === app.composer.field && app.composer.empty)) return false;
  /** @type {Record<string, () => void>} */
  const ways = {
    PageUp: () => app.timeline.page(-1),
    PageDown: () => app.timeline.page(1),
    Home: () => app.timeline.page(Number.NEGATIVE_INFINITY),
    End: () => app.timeline.toEnd(),
  };
  ways[key]?.();
  return key in ways;
}

/**
 * One step only.
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function stepBack(app, event) {
  if (event.shiftKey) return take(event, readAll);
  if (stopEditing() || app.composer.escape()) return event.preventDefault();
  const room = openRoom();
  if (!room) return;
  event.preventDefault();
  readRoom(room);
  app.timeline.divide(0);
  app.timeline.toEnd();
  app.composer.focus();
}

/**
 * @param {Hubbub.App} app
 * @param {number} step
 */
function region(app, step) {
  const regions = [
    {
      element: app.side,
      stop: app.side.querySelector('a.room[aria-current]') ?? app.side.querySelector('a.room, button'),
    },
    { element: app.pane.log, stop: lastStop(app) },
    { element: app.composer.element, stop: app.composer.field },
    { element: app.main, stop: app.main.querySelector('.selector input, .selector a') },
    { element: app.aside, stop: app.aside.querySelector('button:not(:disabled)') },
  ].filter(({ stop }) => stop?.checkVisibility());
  const here = regions.findIndex(({ element }) => element.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : regions.length - 1) : (here + step + regions.length) % regions.length;
  const { stop } = regions[next] ?? {};
  if (stop instanceof HTMLElement) stop.focus();
}

/** @param {Hubbub.App} app  where the one tab stop of the log is */
function lastStop(app) {
  return app.timeline.list.querySelector('article.msg[tabindex="0"]');
}

/**
 * Up edits my last message where there is nothing to move in. With Shift, where it would select nothing, it goes to the last message.
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function leaveComposer(app, event) {
  const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
  if (key !== 'ArrowUp' || altKey || ctrlKey || metaKey || event.isComposing || event.defaultPrevented) return;
  if (!shiftKey) return void (app.composer.empty && take(event, () => editLast(app)));
  if (app.composer.field.selectionEnd > 0) return;
  const last = [...app.timeline.list.querySelectorAll('article.msg')].at(-1);
  if (last instanceof HTMLElement) take(event, () => last.focus());
}

/** @param {KeyboardEvent} event  in the sidebar */
function walkRooms(event) {
  const { key, altKey, ctrlKey, metaKey, currentTarget, target } = event;
  if (altKey || ctrlKey || metaKey || !(currentTarget instanceof Element) || !(target instanceof HTMLElement)) return;
  const stops = /** @type {HTMLElement[]} */ ([...currentTarget.querySelectorAll('.rooms :is(a, button)')]);
  const here = stops.indexOf(target);
  if (here < 0) return;
  /** @type {Record<string, HTMLElement | undefined>} */
  const ways = { ArrowUp: stops[here - 1], ArrowDown: stops[here + 1], Home: stops[0], End: stops.at(-1) };
  const next = ways[key];
  if (next) take(event, () => next.focus());
}

/**
 * @param {Hubbub.App} app
 * @param {number} step
 * @param {boolean} unreadOnly
 */
function nextRoom(app, step, unreadOnly) {
  const rooms = roomsInOrder().filter((room) => !unreadOnly || room.unread || room.id === store.open);
  const here = rooms.findIndex((room) => room.id === store.open);
  const next = rooms[(Math.max(here, step > 0 ? -1 : 0) + step + rooms.length) % rooms.length];
  if (next && next.id !== store.open) void app.go(hrefOf(next));
}

/**
 * A letter typed at the page itself goes to the composer; never from a control.
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function typing(app, event) {
  if (!event.shiftKey && scrolls(app, event.key)) return event.preventDefault();
  const at = document.activeElement;
  if (at && at !== document.body && !(at instanceof HTMLElement && at.classList.contains('log'))) return;
  if (event.key === '?') return take(event, () => openKeyHelp());
  if ([...event.key].length === 1 && event.key !== ' ') app.composer.focus();
}

function openKeyHelp() {
  return part(() => import('./keyhelp.js')).then(({ showKeys }) => showKeys());
}

// ---- the log: one tab stop, arrows walk ----

/**
 * @param {Hubbub.App} app
 * @param {KeyboardEvent} event
 */
function walk(app, event) {
  const article = event.target;
  if (
    !(article instanceof HTMLElement) ||
    !article.matches('article.msg') ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey
  )
    return;
  const row = app.timeline.rowOf(article);
  const next = neighbour(app, article, event.key);
  if (next) return take(event, () => next.focus());
  if (!row) return;
  if (event.key === 'Enter' || event.key === ' ') return take(event, () => menu(app, row, article));
  const choice = choicesFor(app, row).get(LETTERS[letterOf(event)] ?? '');
  if (choice) take(event, choice.act);
}

/**
 * @param {Hubbub.App} app
 * @param {HTMLElement} article
 * @param {string} key
 * @returns {HTMLElement | undefined}
 */
function neighbour(app, article, key) {
  const rows = /** @type {HTMLElement[]} */ ([...app.timeline.list.querySelectorAll('article.msg')]);
  const here = rows.indexOf(article);
  if (key === 'ArrowUp') return rows[here - 1] ?? rows[0];
  if (key === 'ArrowDown') return rows[here + 1] ?? (here === rows.length - 1 ? app.composer.field : undefined);
  if (key === 'Home') return rows[0];
  if (key !== 'End') return undefined;
  app.timeline.toEnd();
  return /** @type {HTMLElement | undefined} */ ([...app.timeline.list.querySelectorAll('article.msg')].at(-1));
}

/**
 * The row with the focus is the one that Tab comes back to, and its own controls can be reached.
 * @param {Hubbub.App} app
 * @param {EventTarget | null} target
 */
function current(app, target) {
  const row = target instanceof Element ? target.closest('article.msg') : null;
  if (!row) return;
  for (const other of app.timeline.list.querySelectorAll('article.msg[tabindex="0"]'))
    if (other !== row) stop(other, -1);
  stopped = row;
  stop(row, 0);
}

/** @param {Hubbub.App} app */
function tabStop(app) {
  if (stopped?.isConnected) return;
  stopped = [...app.timeline.list.querySelectorAll('article.msg')].at(-1) ?? null;
  if (stopped) set(stopped, 'tabindex', 0);
}

/**
 * @param {Element} row
 * @param {number} index
 */
function stop(row, index) {
  set(row, 'tabindex', index);
  for (const control of row.querySelectorAll('button, a')) set(control, 'tabindex', index);
}
