/** What a line that begins with a slash does. An unknown one is never sent as a message by mistake. */

import { t } from './i18n.js';
import { Refusal, tell } from './net.js';
import { hrefOf, takeRoom } from './store.js';

export const COMMANDS = ['pm'];

const PM = /^\/pm\s+(?:"([^"]+)"|“([^”]+)”|@?(\S+))\s*([\s\S]*)$/u;

/**
 * @param {string} text
 * @returns {{ name: string, user: string, body: string } | null}
 */
export function parse(text) {
  const match = PM.exec(text);
  if (match) return { name: 'pm', user: match[1] ?? match[2] ?? match[3], body: match[4].trim() };
  const name = /^\/(\S*)/.exec(text)?.[1] ?? '';
  return { name, user: '', body: '' };
}

/**
 * @param {Hubbub.App} app
 * @param {string} text
 * @returns {Promise<string | null>} what went wrong, in words; the text is still in the field then
 */
export async function run(app, text) {
  const command = parse(text);
  if (command?.name !== 'pm') return t('command.unknown', { name: command?.name ?? '' });
  if (!command.user) return t('command.pm_whom');
  if (!command.body) return t('command.pm_empty', { name: command.user });
  try {
    const room = await direct([command.user]);
    await app.outbox.put({ room: room.id, op: 'send', body: command.body });
    window.setTimeout(() => app.go(hrefOf(room)));
    return null;
  } catch (error) {
    return trouble(error, command.user);
  }
}

/**
 * The room of exactly these people and oneself.
 * @param {string[]} usernames
 * @returns {Promise<Hubbub.Room>}
 */
export async function direct(usernames) {
  const room = /** @type {Hubbub.Room} */ (await tell('POST', 'direct', { usernames }));
  takeRoom(room);
  return room;
}

/**
 * @param {Hubbub.App} app
 * @param {string} username
 */
export async function writeTo(app, username) {
  await app.go(hrefOf(await direct([username])));
}

/** @param {Hubbub.Room} room */
export async function join(room) {
  await tell('POST', `rooms/${room.id}/join`);
  takeRoom({ ...room, member: true, role: 'member' });
}

/**
 * @param {unknown} error
 * @param {string} name
 */
function trouble(error, name) {
  if (!(error instanceof Refusal)) throw error;
  if (error.trouble.code === 'not_found') return t('command.nobody', { name });
  if (error.trouble.code === 'offline') return t('command.offline');
  return error.trouble.detail;
}
