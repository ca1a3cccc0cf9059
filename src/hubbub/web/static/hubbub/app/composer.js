/** Where one writes: keys, growth, drafts, replies, refusals before the fact. It must not know the network or the log. */

import { plain } from './fmt.js';
import { el, fillWith, icon, iconButton, set } from './html.js';
import { t } from './i18n.js';
import { mirrored } from './idb.js';
import { announce, chosen, hindrance, me, store, titleOf } from './store.js';

const PAUSE = 400;

/** @typedef {import('./idb.js').Keep} Keep */
/** @typedef {{ key: (event: KeyboardEvent) => boolean, input: () => void }} Completion */

/**
 * @typedef {object} Hooks
 * @property {(room: string, body: string, reply: string | null) => Promise<void>} send  resolves when the words are safe
 * @property {(text: string) => Promise<string | null> | null} command  null: not a command; a note if it was not done
 * @property {(button: HTMLElement, choose: (emoji: string) => void) => void} pick
 * @property {(id: string) => Hubbub.Entry | undefined} entry
 * @property {(composer: Composer) => Promise<Completion>} completion
 */

export class Composer {
  /** @type {HTMLTextAreaElement} */
  field;
  #hooks;
  #keep;
  #room = '';
  /** @type {Hubbub.Answered | null} */
  #reply = null;
  /** The beginning of the field that is being made safe to send; it leaves the field when it is. */
  #taken = '';
  /** @type {Map<string, Hubbub.Draft>} */
  #drafts = new Map();
  #timer = 0;
  /** @type {Promise<void>} */
  #sending = Promise.resolve();
  /** @type {Completion | null} */
  #completion = null;
  #note = el('div', { class: 'note', role: 'alert', hidden: true });
  #quote = el('div', { class: 'replying', hidden: true });
  #closed = el('div', { class: 'closed', hidden: true });
  #count = el('output', { class: 'count', 'aria-live': 'off', hidden: true });

  /**
   * @param {Keep} keep
   * @param {Hooks} hooks
   */
  constructor(keep, hooks) {
    this.#keep = keep;
    this.#hooks = hooks;
    this.field = el('textarea', {
      rows: 1,
      dir: 'auto',
      autocomplete: 'off',
      enterkeyhint: 'send',
      onkeydown: (event) => this.#key(event),
      oninput: () => this.#typedSomething(),
      onblur: () => this.#save(),
    });
    const emoji = iconButton('react', t('composer.emoji'), ({ currentTarget }) => {
      hooks.pick(/** @type {HTMLElement} */ (currentTarget), (sign) => this.insert(sign));
    });
    const send = el(
      'button',
      { type: 'submit', class: 'ib send', 'aria-label': t('composer.send'), title: t('composer.send') },
      icon('send'),
    );
    this.form = el(
      'form',
      { class: 'comp', onsubmit: (event) => this.#submit(event) },
      this.field,
      this.#count,
      emoji,
      send,
    );
    this.element = el('div', { class: 'writing' }, this.#note, this.#quote, this.form, this.#closed);
    window.addEventListener('pagehide', () => this.#save());
    document.addEventListener('visibilitychange', () => document.hidden && this.#save());
  }

  get room() {
    return this.#room;
  }

  get empty() {
    return !this.field.value;
  }

  /** Brings back what was being written before the page was left. */
  async remember() {
    /** @type {Hubbub.Draft[]} */
    const kept = await this.#keep.all('drafts');
    for (const draft of [...kept, .../** @type {Hubbub.Draft[]} */ (mirrored(mirrorKey('')))]) {
      const known = this.#drafts.get(draft.room);
      if (!known || known.at < draft.at) this.#drafts.set(draft.room, draft);
    }
    for (const [room, draft] of this.#drafts) if (draft.text) store.drafts.add(room);
    announce('drafts');
    const [typed, reply] = [this.field.value, this.#reply];
    if (this.#room) this.#restore();
    if (reply) this.#answer(reply);
    if (typed) this.insert(typed);
  }

  /** @param {Hubbub.Room} room */
  show(room) {
    const same = this.#room === room.id;
    if (!same) this.#save();
    this.#taken = same ? this.#taken : '';
    this.#room = room.id;
    const why = hindrance(room);
    const title = room.kind === 'direct' ? titleOf(room, t('room.notes')) : `#${room.name}`;
    const words = t('composer.placeholder', { room: title });
    set(this.field, 'placeholder', words);
    set(this.field, 'aria-label', words);
    set(this.form, 'hidden', Boolean(why));
    set(this.#closed, 'hidden', !why);
    if (why) fillWith(this.#closed, t(`closed.${why}`, { room: title }), why === 'visitor' && signIn());
    if (same) return;
    this.#tell(null);
    this.#restore();
  }

  focus() {
    if (!this.form.hidden) this.field.focus({ preventScroll: true });
  }

  /** @param {string} text */
  insert(text) {
    this.field.focus();
    if (document.execCommand('insertText', false, text)) return;
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, 'end');
    this.#typedSomething();
  }

  /**
   * @param {string} text
   * @param {string | null} [reply]
   */
  rewrite(text, reply = null) {
    const rest = this.field.value.trim();
    this.#set(rest ? `${text}\n${rest}` : text);
    if (reply) this.reply(reply);
    this.focus();
  }

  /** @param {string | null} id */
  reply(id) {
    const entry = id ? this.#hooks.entry(id) : undefined;
    this.#answer(entry ? { id: entry.id, by: entry.by, text: plain(entry.body ?? '') } : null);
    this.#later();
    if (entry) this.focus();
  }

  /** One step back for the Escape key. */
  escape() {
    if (!this.#note.hidden) this.#tell(null);
    else if (this.#reply) this.reply(null);
    else return false;
    return true;
  }

  // ---- keys ----

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#completion?.key(event)) return event.preventDefault();
    if (event.key === 'Enter' && this.#sends(event)) this.#submit(event);
  }

  /**
   * Enter, or Enter with Ctrl or Cmd alone where that was chosen. Where there are no modifiers Enter breaks the line.
   * @param {KeyboardEvent} event
   */
  #sends({ shiftKey, altKey, ctrlKey, metaKey }) {
    if (shiftKey || altKey) return false;
    return ctrlKey || metaKey || (chosen('enter') !== 'break' && !touch() && !this.#inBlock());
  }

  /** Inside an open fence Enter is a new line of code. */
  #inBlock() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    return (before.match(/^```/gm) ?? []).length % 2 === 1;
  }

  #typedSomething() {
    this.#tell(null);
    this.#grow();
    this.#later();
    this.#completion?.input();
    if (!this.#completion && /[@#:/]/.test(this.field.value)) void this.#complete();
  }

  async #complete() {
    this.#completion = { key: () => false, input: () => {} };
    this.#completion = await this.#hooks.completion(this);
    this.#completion.input();
  }

  #grow() {
    const most = store.boot.limits.body_chars ?? 5000;
    const length = [...this.field.value].length;
    const near = length >= most * 0.9;
    set(this.#count, 'hidden', !near);
    if (near) this.#count.textContent = String(most - length);
    this.#count.toggleAttribute('data-over', length > most);
    if (CSS.supports('field-sizing', 'content')) return;
    this.field.style.blockSize = 'auto';
    this.field.style.blockSize = `${this.field.scrollHeight}px`;
  }

  // ---- sending ----

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    this.#hand(false);
  }

  /**
   * What stands there now is one message, however soon the next letters come.
   * @param {boolean} asText  even if it looks like a command
   */
  #hand(asText) {
    if (!this.field.value.startsWith(this.#taken)) this.#taken = '';
    const written = this.field.value.slice(this.#taken.length);
    if (!written.trim() || this.form.hidden) return;
    const [before, room, reply] = [this.#taken, this.#room, this.#reply];
    this.#taken += written;
    this.#answer(null);
    this.#sending = this.#sending.then(async () => {
      // If what came before it was not accepted, all of it stays, to be looked at.
      const alone = room === this.#room && before && !this.#taken;
      const done = !alone && (await this.#send({ written, room, reply, asText }).catch(() => false));
      if (done || room !== this.#room) return;
      this.#taken = '';
      this.#answer(reply);
    });
  }

  /**
   * @param {{ written: string, room: string, reply: Hubbub.Answered | null, asText: boolean }} words
   * @returns {Promise<boolean | void>} whether they are on their way
   */
  async #send({ written, room, reply, asText }) {
    const body = written.trim();
    if ([...body].length > (store.boot.limits.body_chars ?? 5000))
      return this.#tell(t('composer.too_long', { n: [...body].length - (store.boot.limits.body_chars ?? 5000) }));
    const command = asText ? null : this.#hooks.command(body);
    const trouble = command ? await command : await this.#hooks.send(room, body, reply?.id ?? null).then(() => null);
    if (trouble) return this.#tell(trouble, true);
    this.#clear(room, written);
    if (room === this.#room && document.activeElement !== this.field) this.field.focus({ preventScroll: true });
    return true;
  }

  /**
   * @param {string} room
   * @param {string} written  what was typed since stays
   */
  #clear(room, written) {
    const rest = (/** @type {string} */ text) => (text.startsWith(written) ? text.slice(written.length) : text);
    const draft = this.#drafts.get(room);
    if (room !== this.#room) return draft && this.#keepDraft({ ...draft, text: rest(draft.text), reply: null });
    const [known, left] = [this.field.value, rest(this.field.value)];
    const caret = left ? Math.max(0, this.field.selectionStart - (known.length - left.length)) : 0;
    this.#set(left);
    // Where nothing is left there is nothing to choose: to ask would lay out the page once more before the row is drawn.
    if (left) this.field.setSelectionRange(caret, caret);
    this.#taken = rest(this.#taken);
    this.#save();
  }

  /**
   * @param {string | null} text
   * @param {boolean} [offer]  to send it as text all the same
   */
  #tell(text, offer = false) {
    set(this.#note, 'hidden', !text);
    if (!text) return;
    const send = () => {
      this.#tell(null);
      this.#hand(true);
    };
    fillWith(
      this.#note,
      el('span', {}, text),
      offer && el('button', { type: 'button', onclick: send }, t('composer.as_text')),
    );
  }

  // ---- drafts ----

  /** @param {string} text */
  #set(text) {
    this.field.value = text;
    this.#grow();
  }

  #restore() {
    const draft = this.#drafts.get(this.#room);
    this.#set(draft?.text ?? '');
    this.field.setSelectionRange(draft?.start ?? 0, draft?.start ?? 0);
    this.#answer(draft?.reply ?? null);
  }

  /** @param {Hubbub.Answered | null} to */
  #answer(to) {
    this.#reply = to;
    set(this.#quote, 'hidden', !to);
    if (!to) return;
    const cancel = iconButton('close', t('composer.cancel_reply'), () => this.reply(null));
    const words = [t('composer.replying', { name: to.by }), ' ', el('span', {}, to.text)];
    fillWith(this.#quote, el('span', { class: 'line', dir: 'auto' }, ...words), cancel);
  }

  #later() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#save(), PAUSE);
  }

  #save() {
    window.clearTimeout(this.#timer);
    const { value: text } = this.field;
    if (!this.#room || (!text && !this.#reply && !this.#drafts.has(this.#room))) return;
    const start = text ? this.field.selectionStart : 0;
    this.#keepDraft({ room: this.#room, text, start, reply: this.#reply, at: Date.now() });
  }

  /**
   * The database may be cut short by an end of the page: the words also go where writing is immediate.
   * @param {Hubbub.Draft} draft
   */
  #keepDraft(draft) {
    if (!draft.text && !draft.reply) return this.#forget(draft.room);
    this.#drafts.set(draft.room, draft);
    sessionStorage.setItem(mirrorKey(draft.room), JSON.stringify(draft));
    void this.#keep.put('drafts', draft.room, draft);
    this.#mark(draft.room, Boolean(draft.text));
  }

  /** @param {string} room */
  #forget(room) {
    this.#drafts.delete(room);
    sessionStorage.removeItem(mirrorKey(room));
    void this.#keep.drop('drafts', room);
    this.#mark(room, false);
  }

  /**
   * @param {string} room
   * @param {boolean} waits
   */
  #mark(room, waits) {
    if (store.drafts.has(room) === waits) return;
    if (waits) store.drafts.add(room);
    else store.drafts.delete(room);
    announce('drafts', room);
  }
}

function signIn() {
  const next = encodeURIComponent(location.pathname);
  return el('a', { class: 'button', href: `${store.boot.urls.sign_in}?next=${next}` }, t('sign_in'));
}

/** Where there is no keyboard with modifiers Enter breaks the line and the button sends. */
function touch() {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}

const mirrorKey = (/** @type {string} */ room) => `hubbub draft ${me()} ${room}`;
