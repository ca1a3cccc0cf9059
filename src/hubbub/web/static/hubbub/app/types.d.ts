/** Types shared by the client's modules; never served to a browser that runs them. */
declare namespace Hubbub {
  type Kind = 'public' | 'private' | 'announcement' | 'staff' | 'direct';

  interface Room {
    id: string; name: string; kind: Kind; topic: string; visitors: boolean; archived: boolean; head: number;
    member: boolean; role: 'member' | 'manager' | null; unread: number; mentions: number; read: number;
    usernames?: string[]; online?: number; last_at?: string | null;
  }

  interface Message {
    id: string; seq: number; by: string; body: string | null; html: string | null; at: string;
    edited_at: string | null; deleted: boolean; reply_to: string | null; reactions: Record<string, string[]>;
    client_id?: string | null;
  }

  /** A message as the log holds it: `rev` is the position in the room that its state is true for. */
  interface Entry extends Message { rev: number; client_id: string | null; }

  interface Page { epoch: string; seq: number; messages: Message[]; quoted?: Message[]; }

  interface RoomEvent {
    room: string; seq: number; type: string; by: string; at: string; client_id?: string | null;
    id?: string; target?: string; user?: string; emoji?: string; body?: string | null; html?: string | null;
    reply_to?: string | null;
  }

  /**
   * All that is known of a room. `holes` are the seqs of the messages before which others may be missing; the first
   * message of the room is not among them. `replies` counts the answers to each message.
   */
  interface Log {
    room: string; epoch: string; hi: number; stale: boolean; entries: Entry[]; byId: Map<string, Entry>;
    holes: Set<number>; replies: Map<string, number>; ahead: Map<number, RoomEvent>; tail: RoomEvent[]; tailFrom: number;
  }

  /** Which page of the past: next to a position, on either side of it or around it. */
  interface Asked { before?: number; after?: number; around?: number; limit: number; }

  interface Patch { added: Entry[]; changed: string[]; people: RoomEvent[]; gap: boolean; stale: boolean; live: boolean; }

  interface Member { username: string; role: string; online: boolean; }

  type OpName = 'send' | 'edit' | 'delete' | 'react' | 'unreact';

  /** One operation on its way. `sent` means acknowledged and waiting to be seen in the log. */
  interface Item {
    client_id: string; room: string; op: OpName; at: string; order: number;
    state: 'queued' | 'failed' | 'sent'; body?: string; reply_to?: string; target?: string; emoji?: string;
    code?: string; detail?: string; id?: string; seq?: number;
  }

  interface Ack { room: string; seq: number; id: string; client_id: string; duplicate: boolean; }

  type Delivery =
    | { kind: 'acked'; ack: Ack }
    | { kind: 'later'; after: number | null; slow?: boolean }
    | { kind: 'refused'; code: string; detail: string };

  /** The message that is answered, and enough of it to show while it is not loaded. */
  interface Answered { id: string; by: string; text: string; }

  interface Draft { room: string; text: string; start: number; reply: Answered | null; at: number; }

  type Catalogue = Record<string, string | Record<string, string>>;

  interface Urls {
    chat: string; api: string; ws: string; sign_in: string; account: string | null; admin: string | null; icons: string;
    worker: string; language: string;
    emoji: { signs: string; words: string[] };
  }

  interface Boot {
    me: { username: string; name: string; admin: boolean } | null;
    csrf: string; epoch: string; limits: Record<string, number>; heartbeat_ms: number; workspace: string;
    locale: string; dir: string; theme: string; languages: string[]; catalogue: Catalogue; rooms: Room[]; room: Room | null;
    page: Page | null; context: Page | null; members: Member[] | null; missing: string | null; can: { create_rooms: boolean };
    urls: Urls; version: string; release: string;
  }

  /** Anything the server may put into a frame; each reader narrows what it needs. */
  interface Frame {
    type: string; room?: unknown; event?: RoomEvent; rooms?: Room[]; epoch?: string; user?: unknown; head?: number;
    seq?: number; unread?: number; mentions?: number; online?: string[]; joined?: string[]; left?: string[];
    heads?: Record<string, number>; within_ms?: number; ref?: string; client_id?: string; id?: string;
    duplicate?: boolean; code?: string; detail?: string; retry_after_ms?: number; heartbeat_ms?: number;
  }

  type Node =
    | { kind: 'text'; text: string }
    | { kind: 'break' }
    | { kind: 'code'; text: string }
    | { kind: 'block'; text: string }
    | { kind: 'link'; href: string; text: string }
    | { kind: 'mention'; name: string }
    | { kind: 'paragraph' | 'bold' | 'italic' | 'strike'; nodes: Node[] };

  type ConnState = 'online' | 'late' | 'offline';
  type StopReason = 'signed_out' | 'version' | 'forbidden';

  /** The parts that the page is made of, for whoever needs several of them. */
  interface App {
    root: HTMLElement; side: HTMLElement; main: HTMLElement; aside: HTMLElement;
    keep: import('./idb.js').Keep; connection: import('./socket.js').Connection | null; outbox: import('./outbox.js').Outbox;
    pane: import('./room.js').Pane; timeline: import('./timeline.js').Timeline;
    composer: import('./composer.js').Composer; go: (href: string) => Promise<void>;
  }

  /** As much of a service worker's world as ours needs: its library cannot stand beside that of pages. */
  interface WorkerEvent extends Event {
    request: Request; data: unknown; waitUntil(work: Promise<unknown>): void; respondWith(answer: Promise<Response>): void;
  }

  interface Worker {
    location: Location; clients: { claim(): Promise<void> }; skipWaiting(): Promise<void>;
    addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
  }

  interface Trouble { code: string; detail: string; status: number; after: number | null; }
}

declare const RELEASE: { name: string; chat: string; folder: string; files: string[]; hashed: boolean };

interface Window { __chat?: { stats: () => unknown }; }
