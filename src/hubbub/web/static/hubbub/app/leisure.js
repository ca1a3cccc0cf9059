/** What is made ready when the page has nothing better to do, so that the first use waits for no network. It knows who does it and does nothing itself. */

import './complete.js';
import { watchCopying } from './copying.js';
import { watchEdges } from './edges.js';
import './history.js';
import { watchLayers } from './layers.js';
import { part } from './net.js';
import { fitTheKeyboard } from './shell.js';
import { rememberVisits } from './switcher.js';

/** @param {Hubbub.App} app */
export function atLeisure(app) {
  const rooms = app.side.querySelector('.rooms');
  if (rooms instanceof HTMLElement) watchEdges(rooms);
  rememberVisits();
  watchCopying(app);
  fitTheKeyboard();
  watchLayers(app, () => void part(() => import('./settings.js')).then(({ openSettings }) => openSettings(app)));
}
