/** Reading everything at once, after one question, with a way back. It must not know how it is sent. */

import { ask, toast } from './dialog.js';
import { t } from './i18n.js';
import { store, takeRead } from './store.js';
import { sendRead } from './sync.js';
import { readRoom } from './unread.js';

export async function readAll() {
  const rooms = [...store.rooms.values()].filter((room) => room.member && room.unread > 0);
  if (!rooms.length || !(await ask({ title: t('catchup.ask'), confirm: t('catchup.all') }))) return;
  const before = rooms.map(({ id, read, unread, mentions }) => ({ id, read, unread, mentions }));
  for (const room of rooms) readRoom(room);
  toast(t('catchup.done'), { words: t('undo'), act: () => back(before) });
}

/** @param {{ id: string, read: number, unread: number, mentions: number }[]} before */
function back(before) {
  for (const { id, read, unread, mentions } of before) {
    takeRead(id, { seq: read, unread, mentions });
    void sendRead(id, read, true);
  }
}
