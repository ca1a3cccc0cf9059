/** One message as a row: built once, patched in place. It must not know the window or the network. */

import { format } from './fmt.js';
import { avatar, el, fillWith, icon, set, setSanitised } from './html.js';
import { clockTime, list, t } from './i18n.js';

let made = 0;
/** What every row is made of, to be copied: a gutter, and beside it who and what. */
const model = el(
  'article',
  { class: 'msg', tabindex: -1 },
  el('div', { class: 'gut' }),
  el('div', { class: 'col' }, el('div', { class: 'who' }), el('div', { class: 'body', dir: 'auto' })),
);

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
  #sign = '';
  #rev = 0;
  #said = '';
  #name = `row-${++made}`;
  element = /** @type {HTMLElement} */ (model.cloneNode(true));
  #gutter = /** @type {HTMLElement} */ (this.element.firstChild);
  column = /** @type {HTMLElement} */ (this.element.lastChild);
  #who = /** @type {HTMLElement} */ (this.column.firstChild);
  #body = /** @type {HTMLElement} */ (this.column.lastChild);
  /** @type {Record<string, HTMLElement | undefined>} what only some rows have */
  #extra = {};

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    set(this.element, 'aria-labelledby', `${this.#name}-by ${this.#name}-at`);
    this.update(view);
  }

  /** While the row is being edited the editor owns the body. */
  get editing() {
    return this.element.hasAttribute('data-editing');
  }

  set editing(now) {
    this.element.toggleAttribute('data-editing', now);
  }

  get body() {
    return this.#body;
  }

  /**
   * Whether it shows this as it is, as far as that can be told at a glance.
   * @param {Hubbub.Entry} entry
   * @param {boolean} head
   * @param {boolean} mayReact
   */
  shows(entry, head, mayReact) {
    const { view } = this;
    if (view.entry !== entry || this.#rev !== entry.rev || view.head !== head) return false;
    return !view.item && !view.quote && view.mayReact === mayReact;
  }

  /** After the editor has gone the body is its own again. */
  redraw() {
    this.#said = '';
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

  /**
   * Written anew only where it is different: whoever selects words goes on doing so.
   * @param {View} view
   */
  #words({ entry, state }) {
    if (this.#said) this.#body.querySelector('.wait')?.remove();
    const said = `${entry.deleted}|${entry.edited_at}|${entry.html ?? entry.body}`;
    const echoed = this.#said && !entry.deleted && !entry.edited_at && this.#body.innerHTML === entry.html;
    if (said !== this.#said && !echoed) this.#write(entry);
    this.#said = said;
    if (state === 'pending') lastLine(this.#body).append(el('span', { class: 'wait' }, icon('clock')));
  }

  /** @param {Hubbub.Entry} entry */
  #write({ deleted: gone, html, body, edited_at }) {
    set(this.#body, 'data-gone', gone);
    if (gone) this.#body.textContent = t('row.deleted');
    else if (html !== null) setSanitised(this.#body, html);
    else fillWith(this.#body, ...draw(format(body ?? '')));
    for (const link of this.#body.querySelectorAll('a')) set(link, 'tabindex', -1);
    if (edited_at && !gone) mark(this.#body, edited_at);
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
      { class: 'new', 'data-divider': 'unread', 'data-day': Boolean(label), role: 'separator' },
      label && el('span', {}, label),
      el('span', {}, t('divider.new')),
    );
  }
  return el('div', { class: 'day', 'data-divider': 'day', role: 'separator' }, el('span', {}, label));
}
