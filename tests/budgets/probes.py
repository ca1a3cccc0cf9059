"""What looks at a page from inside while it is measured: scripts that note, and never change what they look at."""

# After this many milliseconds of the page's life the first message, and the first letter typed, stood on the screen.
OPENING = """
const seen = (window.opening = {});
const painted = (name, from = 0) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { seen[name] ??= performance.now() - from; };
  channel.port2.postMessage(0);
});
new MutationObserver((_, watch) => {
  if (!document.querySelector('article.msg .body')) return;
  watch.disconnect();
  painted('message');
}).observe(document, {childList: true, subtree: true});
addEventListener('input', () => painted('typed'), {capture: true, once: true});
"""

# Everything that moved by itself: layout shifts that follow no input.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (one.hadRecentInput) continue;
    const moved = one.sources.map(({node}) => node?.className || node?.nodeName || '?');
    window.shifts.push({value: one.value, at: Math.round(one.startTime), moved});
  }
}).observe({type: 'layout-shift', buffered: true});
"""

# How long each event took until the next frame; what took less than 16 ms is only counted.
EVENTS = """
window.events = [];
new PerformanceObserver((list) => {
  for (const {name, duration, interactionId, startTime} of list.getEntries())
    window.events.push({name, duration, id: interactionId, at: startTime});
}).observe({type: 'event', durationThreshold: 16});
"""

# From Enter until the row of what was written stood on the screen: what is told of a row that comes into view is told
# when the frame that shows it has been drawn.
ECHOES = """
window.echoes = [];
addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return;
  const echo = (node) => node instanceof Element && node.matches('article.msg:last-child');
  const watch = new MutationObserver((changes) => {
    const row = changes.flatMap(({addedNodes}) => [...addedNodes]).find(echo);
    if (!row) return;
    watch.disconnect();
    const view = new IntersectionObserver((seen) => {
      if (!seen.some(({isIntersecting}) => isIntersecting)) return;
      view.disconnect();
      window.echoes.push(performance.now() - event.timeStamp);
    });
    view.observe(row);
  });
  watch.observe(document.querySelector('.rows'), {childList: true});
}, {capture: true});
"""

# Presses a room in the sidebar and counts until messages of it, and none of another, stand on the screen: until the
# frame is drawn at whose beginning they are there.
SWITCH = """async (room) => {
  const before = new Set(document.querySelectorAll('article.msg'));
  const pressed = performance.now();
  document.querySelector(`[data-room-id="${room}"]`).click();
  const there = () => {
    const rows = [...document.querySelectorAll('article.msg')];
    return rows.length > 0 && !rows.some((row) => before.has(row));
  };
  do await new Promise(requestAnimationFrame);
  while (!there());
  await new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done();
    channel.port2.postMessage(0);
  });
  return performance.now() - pressed;
}"""

# How long each frame took, until `stop` is called.
FRAMES = """() => {
  const found = (window.frames_ = {deltas: [], running: true});
  let last = performance.now();
  const look = (now) => {
    found.deltas.push(now - last);
    last = now;
    if (found.running) requestAnimationFrame(look);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(look); });
}"""

# In each frame: by how much the rows in view moved against each other, and the most rows there ever were.
DRIFT = """() => {
  const log = document.querySelector('[role=log]');
  const found = (window.drift = {frames: 0, worst: 0, blank: 0, most: 0});
  let seen = new Map();
  const look = () => {
    const box = log.getBoundingClientRect();
    const now = new Map();
    const rows = log.querySelectorAll('article.msg');
    for (const row of rows) {
      const {top, bottom} = row.getBoundingClientRect();
      if (row.dataset.seq && bottom > box.top && top < box.bottom) now.set(row.dataset.seq, top);
    }
    const shifts = [...now].filter(([seq]) => seen.has(seq)).map(([seq, top]) => top - seen.get(seq));
    found.frames += 1;
    if (!now.size) found.blank += 1;
    found.most = Math.max(found.most, rows.length);
    if (shifts.length) found.worst = Math.max(found.worst, Math.max(...shifts) - Math.min(...shifts));
    seen = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

# Which timers are set, and how soon they go off.
TIMERS = """
window.timers = [];
for (const name of ['setTimeout', 'setInterval']) {
  const real = window[name].bind(window);
  window[name] = (work, delay = 0, ...given) => {
    window.timers.push({name, delay, at: performance.now()});
    return real(work, delay, ...given);
  };
}
"""
