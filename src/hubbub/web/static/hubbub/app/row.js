/** One message as a row: built once, patched in place. It must not know the window or the network. */

import { format, mentions, plain } from './fmt.js';
import { avatar, el, fillWith, icon, set, setSanitised } from './html.js';
import { clockTime, dayName, list, t } from './i18n.js';
import { ahead } from './outbox.js';
import { me, openRoom } from './store.js';

const GROUP = 5 * 60_000;
let made = 0;

/**
 * Everything a row shows. `item` is the operation under way, if there is one.
 * @typedef {object} View
 * @property {string} key
 * @property {Hubbub.Entry} entry
 * @property {Hubbub.Item | null} item
 * @property {'pending' | 'sent' | 'failed'} state
 * @property {boolean} head  shows who and when
 * @property {boolean} called  mentions me
 * @property {boolean} mayReact
 * @property {{ by: string, text: string } | null} quote
 * @property {string} me
 */

export class Row {
  /** @type {View} */
  view;
  /** While the row is being edited the editor owns the body. */
  editing = false;
  #sign = '';
  #rev = 0;
  #name = `row-${++made}`;
  #gutter = el('div', { class: 'gut' });
  #who = el('div', { class: 'who' });
  #body = el('div', { class: 'body', dir: 'auto' });
  /** @type {Record<string, HTMLElement | undefined>} what only some rows have */
  #extra = {};

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.column = el('div', { class: 'col' }, this.#who, this.#body);
    const named = `${this.#name}-by ${this.#name}-at`;
    this.element = el('article', { class: 'msg', tabindex: -1, 'aria-labelledby': named }, this.#gutter, this.column);
    this.update(view);
  }

  get body() {
    return this.#body;
  }

  /**
   * Whether it shows this as it is, as far as that can be told at a glance.
   * @param {Hubbub.Entry} entry
   * @param {boolean} head
   */
  shows(entry, head) {
    const { view } = this;
    if (view.entry !== entry || this.#rev !== entry.rev || view.head !== head) return false;
    return !view.item && !view.quote && view.mayReact === mayReact();
  }

  /** After the editor has gone the body is its own again. */
  redraw() {
    this.#words(this.view);
  }

  /**
   * @param {View} view
   * @returns {boolean} whether anything was different
   */
  update(view) {
    const sign = signOf(view);
    const known = this.view;
    this.view = view;
    this.#rev = view.entry.rev;
    if (sign === this.#sign) return false;
    const first = !this.#sign;
    this.#sign = sign;
    this.#frame(view);
    if (first || known.head !== view.head || known.entry.at !== view.entry.at) this.#top(view);
    if (!this.editing) this.#words(view);
    this.#cite(view);
    this.#trouble(view);
    this.#react(view);
    return true;
  }

  /** @param {View} view */
  #frame({ entry, item, state, head, called }) {
    const element = this.element;
    set(element, 'data-head', head);
    set(element, 'data-mention', called);
    set(element, 'data-state', state);
    set(element, 'data-seq', entry.seq || null);
    set(element, 'data-id', entry.id || null);
    set(
      element,
      'data-client-id',
      item?.op === 'send' ? item.client_id : (entry.client_id ?? element.getAttribute('data-client-id')),
    );
  }

  /** @param {View} view */
  #top({ entry, head, me }) {
    const at = new Date(entry.at);
    const [by, id] = [`${this.#name}-by`, `${this.#name}-at`];
    const time = el('time', { id, datetime: entry.at }, clockTime(at));
    this.#who.hidden = !head;
    if (!head) return void [fillWith(this.#gutter, time), fillWith(this.#who, el('span', { id: by }, entry.by))];
    const act = entry.by === me ? { disabled: true } : { 'data-act': 'person' };
    const name = el('button', { id: by, class: 'name', type: 'button', tabindex: -1, dir: 'auto', ...act }, entry.by);
    fillWith(this.#gutter, avatar(entry.by));
    fillWith(this.#who, name, time);
  }

  /** @param {View} view */
  #words({ entry, state }) {
    const gone = entry.deleted;
    set(this.#body, 'data-gone', gone);
    if (gone) this.#body.textContent = t('row.deleted');
    else if (entry.html !== null) setSanitised(this.#body, entry.html);
    else fillWith(this.#body, ...draw(format(entry.body ?? '')));
    for (const link of this.#body.querySelectorAll('a')) set(link, 'tabindex', -1);
    if (entry.edited_at && !gone) mark(this.#body, entry.edited_at);
    if (state === 'pending') lastLine(this.#body).append(el('span', { class: 'wait' }, icon('clock')));
  }

  /** @param {View} view */
  #cite({ quote }) {
    const attributes = { class: 'quote', type: 'button', 'data-act': 'jump', tabindex: -1, dir: 'auto' };
    const made = () => el('button', attributes, quote?.by ? el('b', {}, quote.by) : null, el('span', {}, quote?.text));
    this.#put('quote', quote && made());
  }

  /** @param {View} view */
  #trouble({ item, state }) {
    if (state !== 'failed' || !item) return this.#put('fail', null);
    void import('./trouble.js').then(({ troubleOf }) => this.view.item === item && this.#put('fail', troubleOf(item)));
  }

  /** @param {View} view */
  #react({ entry, me, mayReact }) {
    const emojis = Object.entries(entry.reactions);
    if (!emojis.length) return this.#put('rx', null);
    const focused = this.#extra.rx?.contains(document.activeElement) && document.activeElement;
    const emoji = focused instanceof HTMLElement ? focused.dataset.emoji : undefined;
    const chips = emojis.map(([sign, names]) => chip(sign, names, me, mayReact));
    const label = t('act.react');
    const more = {
      type: 'button',
      class: 'rx-add',
      tabindex: -1,
      'data-act': 'react',
      'aria-label': label,
    };
    this.#put('rx', el('div', { class: 'rx' }, ...chips, mayReact && el('button', more, '+')));
    if (emoji) chips.find((one) => one.dataset.emoji === emoji)?.focus({ preventScroll: true });
  }

  /**
   * @param {'quote' | 'fail' | 'rx'} name
   * @param {HTMLElement | null} element
   */
  #put(name, element) {
    const known = this.#extra[name];
    this.#extra[name] = element ?? undefined;
    if (!element) return known?.remove();
    if (known) known.replaceWith(element);
    else if (name === 'quote') this.#body.before(element);
    else if (name === 'fail') this.#body.after(element);
    else this.column.append(element);
  }
}

/**
 * @param {Hubbub.Node[]} nodes
 * @returns {(Node | string)[]}
 */
export function draw(nodes) {
  return nodes.map((node) => {
    if (node.kind === 'text') return node.text;
    if (node.kind === 'break') return el('br');
    if (node.kind === 'code') return el('code', {}, node.text);
    if (node.kind === 'block') return el('pre', {}, el('code', {}, node.text));
    if (node.kind === 'link')
      return el('a', { href: node.href, rel: 'noopener noreferrer nofollow', target: '_blank' }, node.text);
    if (node.kind === 'mention') return `@${node.name}`;
    return el(TAGS[node.kind], {}, ...draw(node.nodes));
  });
}

const TAGS = /** @type {const} */ ({ paragraph: 'p', bold: 'strong', italic: 'em', strike: 's' });

/**
 * @param {string} emoji
 * @param {string[]} names
 * @param {string} me
 * @param {boolean} mayReact
 */
function chip(emoji, names, me, mayReact) {
  const mine = names.includes(me);
  const others = names.filter((name) => name !== me);
  const who = list(mine ? [t('you'), ...others] : others);
  return el(
    'button',
    {
      type: 'button',
      'data-act': 'toggle',
      'data-emoji': emoji,
      'aria-pressed': String(mine),
      tabindex: -1,
      disabled: !mayReact,
      'data-names': who,
      'aria-label': t('row.reaction', { emoji, n: names.length, who }),
    },
    emoji,
    el('span', {}, String(names.length)),
  );
}

/**
 * Never alone on a line.
 * @param {Element} body
 * @param {string} at
 */
function mark(body, at) {
  lastLine(body).append('\u00a0', el('time', { class: 'ed', datetime: at }, t('row.edited')));
}

/**
 * What is added to the words stands at the end of their last line, in whatever that stands.
 * @param {Element} words
 * @returns {Element}
 */
function lastLine(words) {
  const last = words.lastElementChild;
  return last?.matches('p, ul, ol, li, blockquote') ? lastLine(last) : words;
}

/** @param {View} view */
function signOf({ entry, item, state, head, called, quote, mayReact }) {
  const under = item ? `${item.client_id}${item.state}${item.code ?? ''}` : '';
  const reactions = Object.entries(entry.reactions)
    .map(([emoji, names]) => emoji + names.join())
    .join();
  return [
    entry.id,
    entry.rev,
    entry.html === null,
    under,
    state,
    head,
    called,
    quote?.by,
    quote?.text,
    mayReact,
    reactions,
  ].join('|');
}

/**
 * @param {string} key
 * @param {string} label
 */
export function rule(key, label) {
  if (key === 'loader' || key === 'gap') return el('div', { class: key, 'aria-hidden': 'true' });
  if (key === 'unread') {
    return el(
      'div',
      { class: 'new', 'data-divider': 'unread', role: 'separator' },
      label && el('span', {}, label),
      el('span', {}, t('divider.new')),
    );
  }
  return el('div', { class: 'day', 'data-divider': 'day', role: 'separator' }, el('span', {}, label));
}

/**
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Entry} last
 */
export function follows(entry, last) {
  const apart = momentOf(entry).time - momentOf(last).time;
  return entry.by === last.by && apart < GROUP && !last.deleted && !entry.reply_to;
}

/**
 * What to call the day that begins with this message, if one does.
 * @param {Hubbub.Entry} entry
 * @param {Hubbub.Entry | null} last
 */
export function newDay(entry, last) {
  if (last && momentOf(entry).day === momentOf(last).day) return '';
  return dayName(new Date(entry.at), new Date());
}

/** @type {WeakMap<Hubbub.Entry, { time: number, day: string }>} */
const moments = new WeakMap();

/** @param {Hubbub.Entry} entry */
function momentOf(entry) {
  const known = moments.get(entry);
  if (known) return known;
  const at = new Date(entry.at);
  const moment = { time: at.getTime(), day: at.toDateString() };
  moments.set(entry, moment);
  return moment;
}

/**
 * @param {Hubbub.Item} item
 * @param {Hubbub.Log} log
 */
export function isPending(item, log) {
  return item.op === 'send' && !log.byId.has(item.id ?? '');
}

/**
 * @param {Hubbub.Item} item
 * @param {Hubbub.Entry} entry
 */
export function concerns(item, { id, client_id }) {
  return item.target === id || item.id === id || item.client_id === client_id;
}

/**
 * @param {Hubbub.Item | null} item
 * @returns {View['state']}
 */
function stateOf(item) {
  if (!item || item.state === 'sent') return 'sent';
  return item.state === 'failed' ? 'failed' : 'pending';
}

/**
 * A message that is not one yet.
 * @param {Hubbub.Item} item
 * @param {string} by
 * @returns {Hubbub.Entry}
 */
export function entryOf({ at, body = '', reply_to, client_id }, by) {
  return {
    id: '',
    seq: 0,
    by,
    body,
    html: null,
    at,
    edited_at: null,
    deleted: false,
    reply_to: reply_to ?? null,
    reactions: {},
    rev: 0,
    client_id,
  };
}

/** @type {WeakMap<Hubbub.Entry, { rev: number, called: boolean }>} */
const read = new WeakMap();

/** @param {Hubbub.Entry} entry */
function calls(entry) {
  const known = read.get(entry);
  if (known?.rev === entry.rev) return known.called;
  const called = !entry.deleted && entry.by !== me() && Boolean(me()) && mentions(entry.body ?? '', me());
  read.set(entry, { rev: entry.rev, called });
  return called;
}

/**
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 * @param {{ key: string, head: boolean, items: Hubbub.Item[], pending: Hubbub.Item | null }} line
 * @returns {View}
 */
export function viewOf(log, entry, { key, head, items, pending }) {
  const { entry: shown, edit } = pending || !items.length ? { entry, edit: null } : ahead(entry, items, me());
  const item = pending ?? edit;
  const quote = quoteOf(log, entry);
  const able = Boolean(entry.id) && mayReact();
  return { key, entry: shown, item, head, state: stateOf(item), me: me(), quote, called: calls(entry), mayReact: able };
}

function mayReact() {
  return Boolean(me() && openRoom() && !openRoom()?.archived);
}

/**
 * What a reply answers, in one line.
 * @param {Hubbub.Log} log
 * @param {Hubbub.Entry} entry
 */
function quoteOf(log, { reply_to }) {
  if (!reply_to) return null;
  const original = log.byId.get(reply_to);
  if (!original) return { by: '', text: t('row.earlier') };
  return { by: original.by, text: original.deleted ? t('row.deleted') : plain(original.body ?? '') };
}
