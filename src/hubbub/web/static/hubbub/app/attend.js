/** What a page looks after once it is alive: tabs, cache, transport, session, releases. It does little itself. */

import { watchLogs } from './cache.js';
import { fill } from './catchup.js';
import { toast } from './dialog.js';
import { watchReleases } from './installed.js';
import { watchLines } from './lines.js';
import { standBy } from './poll.js';
import { watchSession } from './signing.js';
import { on, store } from './store.js';
import { recall } from './sync.js';
import { watchTabs } from './tabs.js';
import { watchMemory } from './trimming.js';
import { reason, watchRefusals } from './trouble.js';
import { watchTyping } from './typing.js';

const POLL = 6000;
/** Past midnight, to be sure of it. */
const TURN = 500;

/** @param {Hubbub.App} app */
export async function attend(app) {
  const { connection } = app;
  window.__chat = { stats: () => stats(app) };
  watchRefusals();
  watchDays(app);
  watchMemory(app.timeline);
  if (!connection) return void window.setInterval(poll, POLL);
  watchLines(app);
  standBy(connection);
  watchSession(app);
  watchTabs();
  watchTyping(app);
  on('outbox', (room) => complain(app, room));
  // A page that was opened without the network may be older than what was seen since.
  if (store.open) await recall(store.open);
  watchLogs(app.keep);
  watchReleases(app);
}

/** @param {Hubbub.App} app  days are called by what they are to the reader, who may have slept */
function watchDays(app) {
  const look = () => app.timeline.refresh();
  const wait = () =>
    window.setTimeout(() => {
      look();
      wait();
    }, untilMidnight() + TURN);
  window.addEventListener('focus', look);
  // The first rows were drawn a while ago, perhaps on another day.
  look();
  wait();
}

/** Milliseconds until the viewer's next day. */
function untilMidnight() {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() - now.getTime();
}

/** A visitor has no socket: the room on screen is asked for what is new. */
function poll() {
  if (document.visibilityState === 'visible' && store.logs.has(store.open)) void fill(store.open);
}

/**
 * What was refused and has no words of its own, such as a reaction, can go.
 * @param {Hubbub.App} app
 * @param {string} room
 */
function complain(app, room) {
  for (const item of app.outbox.of(room)) {
    if (item.state !== 'failed' || item.body) continue;
    void app.outbox.discard(item.client_id);
    toast(reason(item));
  }
}

/** @param {Hubbub.App} app  what tests and a curious person may ask in the console */
function stats(app) {
  const logs = [...store.logs.values()];
  return {
    rows: document.querySelectorAll('article.msg').length,
    records: logs.reduce((sum, log) => sum + log.entries.length, 0),
    outbox: app.outbox.items.length,
    failed: app.outbox.items.filter((item) => item.state === 'failed').length,
    applied: Object.fromEntries(logs.map((log) => [log.room, log.hi])),
  };
}
