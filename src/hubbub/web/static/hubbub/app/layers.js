/** What lies over the page and the browser's Back: one step closes one layer, the uppermost first. It must not know what the layers are. */

const SETTINGS = '#settings';
const PHONE = '(max-width: 719px)';

/** Steps back that we take ourselves, which lead nowhere else. */
let ours = 0;

/**
 * @param {Hubbub.App} app
 * @param {() => void} openSettings
 */
export function watchLayers(app, openSettings) {
  new MutationObserver((changes) => {
    for (const { addedNodes, removedNodes } of changes) {
      if ([...addedNodes].some(isLayer)) enter();
      if ([...removedNodes].some(isLayer)) leave();
    }
  }).observe(document.body, { childList: true });
  window.addEventListener('popstate', (event) => popped(event, openSettings), { capture: true });
  if (location.hash === SETTINGS) {
    // By a link: the room below them gets a step of its own. After a reload it has one.
    if (!history.state?.layer) history.replaceState(history.state, '', location.pathname + location.search);
    openSettings();
  }
  if (matchMedia(PHONE).matches) beginAtTheList(app);
}

/** @param {unknown} node */
function isLayer(node) {
  return node instanceof HTMLElement && node.matches('dialog, [popover]');
}

function top() {
  return /** @type {HTMLElement | undefined} */ (
    [...document.querySelectorAll('body > :is(dialog, [popover])')].at(-1)
  );
}

/** Settings have an address everywhere; on a phone whatever lies over the page is a step of its own. */
function enter() {
  const settings = top()?.matches('.settings');
  if (history.state?.layer || !(settings || matchMedia(PHONE).matches)) return;
  history.pushState({ ...history.state, layer: true }, '', settings ? SETTINGS : undefined);
}

/** Closed by other means than Back: its step goes too, unless another page was gone to meanwhile. */
function leave() {
  if (top() || !history.state?.layer) return;
  ours += 1;
  history.back();
}

/**
 * @param {PopStateEvent} event
 * @param {() => void} openSettings
 */
function popped(event, openSettings) {
  const layer = top();
  if (ours > 0) {
    ours -= 1;
    return event.stopImmediatePropagation();
  }
  if (layer) {
    event.stopImmediatePropagation();
    return layer instanceof HTMLDialogElement ? layer.close() : layer.hidePopover();
  }
  const followed = location.hash === SETTINGS && !event.state;
  if (followed) history.replaceState({ layer: true }, '');
  if (!history.state?.layer) return;
  event.stopImmediatePropagation();
  // A step that a closed layer has left behind leads nowhere; that of the settings leads to them.
  if (location.hash === SETTINGS) openSettings();
  else history.back();
}

/**
 * Whoever comes by a link into a room gets back to the list, not out of the app.
 * @param {Hubbub.App} app
 */
function beginAtTheList(app) {
  if (app.root.dataset.page !== 'room' || sessionStorage.getItem('hubbub entered')) return;
  sessionStorage.setItem('hubbub entered', '1');
  const here = location.href;
  const list = app.side.querySelector('.ws a')?.getAttribute('href') ?? here;
  const { state } = history;
  history.replaceState(null, '', list);
  history.pushState(state, '', here);
}
