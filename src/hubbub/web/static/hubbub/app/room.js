/** The pane of a room: header, log, foot and the lines that say how things stand. It must not know the network. */

import { el, fillWith, icon, iconButton, set } from './html.js';
import { list, t } from './i18n.js';
import { companions, hindrance, isOnline, store, titleOf, typists } from './store.js';

const FEW = 3;

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./composer.js').Composer} Composer */

/**
 * @typedef {object} Hooks
 * @property {() => void} back
 * @property {() => void} people
 * @property {(room: Hubbub.Room) => void} join
 * @property {(button: HTMLElement) => void} more
 */

export class Pane {
  log = el('div', { class: 'log', role: 'log', 'aria-live': 'off', 'data-region': 'log' });
  #hooks;
  #main;
  #title = el('bdi', {});
  #topic = el('span', { class: 'topic', dir: 'auto' });
  #jump = el('button', { type: 'button', class: 'jump', hidden: true });
  #bar = el('div', { class: 'bar', hidden: true });
  lines = el('div', { class: 'lines' });
  #typing = el('div', { class: 'typing' });
  #opening = el('div', { class: 'opening' });
  /** @type {Timeline | null} */
  #timeline = null;

  /**
   * @param {HTMLElement} main
   * @param {Hooks} hooks
   */
  constructor(main, hooks) {
    this.#main = main;
    this.#hooks = hooks;
    const people = iconButton('people', t('room.people'), () => hooks.people(), { class: 'ib show-people' });
    this.more = iconButton('more', t('room.more'), () => hooks.more(this.more));
    this.header = el(
      'header',
      { class: 'top' },
      backButton(hooks.back),
      el('h1', {}, this.#title),
      this.#topic,
      people,
      this.more,
    );
    this.foot = el('footer', { class: 'foot' }, this.#jump, this.#bar, this.lines);
    this.#jump.addEventListener('click', () => this.#timeline?.toEnd());
  }

  /**
   * @param {Timeline} timeline
   * @param {Composer} composer
   */
  hold(timeline, composer) {
    this.#timeline = timeline;
    this.foot.append(composer.element, this.#typing);
  }

  /** @param {Hubbub.Room} room */
  show(room) {
    const title = titleOf(room, t('room.notes'));
    say(this.#title, room.kind === 'direct' ? title : [sign(room), title].join(' '));
    say(this.#topic, room.kind === 'direct' ? presence(room) : room.topic);
    set(this.#topic, 'hidden', !this.#topic.textContent);
    set(this.more, 'hidden', !store.boot.me || room.kind === 'direct' || !room.member);
    set(this.log, 'aria-label', t('room.log', { room: title }));
    if (this.log.parentNode !== this.#main) fillWith(this.#main, this.header, this.log, this.foot);
    this.#offerJoin(room, title);
    this.typing(room.id);
  }

  /** @param {string} id */
  typing(id) {
    const names = typists(id);
    if (!names.length) return say(this.#typing, '');
    const who = names.slice(0, FEW);
    const words = names.length > FEW ? t('typing.several') : t('typing.names', { n: who.length, names: list(who) });
    say(this.#typing, words);
  }

  pill() {
    const timeline = this.#timeline;
    const show = Boolean(timeline && !timeline.stuck && (timeline.fresh || timeline.far));
    set(this.#jump, 'hidden', !show);
    if (!show || !timeline) return;
    const words = timeline.fresh ? t('jump.new', { n: timeline.fresh }) : t('jump.latest');
    if (this.#jump.firstChild?.textContent !== words) fillWith(this.#jump, el('span', {}, words), icon('down'));
  }

  /** The beginning of the room, above its first message: the same element while it says the same. */
  opening() {
    const room = store.rooms.get(store.open);
    if (!room) return this.#opening;
    const title = titleOf(room, t('room.notes'));
    const kind = room.kind !== 'direct' ? room.kind : companions(room).length ? 'direct' : 'notes';
    const empty = room.kind !== 'direct' && !store.logs.get(room.id)?.entries.length;
    const words = t(empty ? 'room.empty' : `opening.${kind}`, { room: title });
    const heading = room.kind === 'direct' ? title : `${sign(room)} ${title}`;
    const said = [room.id, heading, room.topic, words].join('|');
    if (this.#opening.dataset.said === said) return this.#opening;
    this.#opening = el(
      'div',
      { class: 'opening', 'data-kind': kind, 'data-said': said },
      el('h2', {}, el('bdi', {}, heading)),
      room.topic && el('p', { dir: 'auto' }, room.topic),
      el('p', { class: 'quiet' }, words),
    );
    return this.#opening;
  }

  /**
   * @param {Hubbub.Room} room
   * @param {string} title
   */
  #offerJoin(room, title) {
    const none = room.member || !store.boot.me || hindrance(room) === 'archived';
    set(this.#bar, 'hidden', none);
    if (none) return;
    const words = t(hindrance(room) ? 'join.to_follow' : 'join.by_writing', { room: title });
    fillWith(
      this.#bar,
      el('span', {}, words),
      el('button', { type: 'button', class: 'button', onclick: () => this.#hooks.join(room) }, t('join.join')),
    );
  }
}

/** @param {() => void} back */
export function backButton(back) {
  return iconButton('back', t('room.back'), back, { class: 'ib back' });
}

/**
 * @param {HTMLElement} element
 * @param {string} words
 */
function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** @param {Hubbub.Room} room */
function sign({ kind }) {
  return kind === 'private' || kind === 'staff' ? '🔒' : '#';
}

/** @param {Hubbub.Room} room */
function presence(room) {
  const others = companions(room);
  if (others.length !== 1) return '';
  return t(isOnline(others[0]) ? 'people.online_one' : 'people.offline_one');
}
