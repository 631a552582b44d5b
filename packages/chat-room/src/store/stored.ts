/** What a member may do: a moderator also changes who the members are. */
export type MemberRole = 'member' | 'moderator';

/** A member of a room. */
export interface StoredMember {
  /** Address of record of the room, `lobby@chat.contoso.example`. */
  readonly room: string;
  /** Address of record of the member. */
  readonly address: string;
  readonly role: MemberRole;
}

/** A message that was accepted. */
export interface StoredMessage {
  /** In the order of acceptance, of all rooms. */
  readonly number: number;
  /** The same in every copy of it that is delivered. */
  readonly id: string;
  readonly room: string;
  /** Address of record of the author, as a front end has authenticated it. */
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** As the author wrote it. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A message to be stored. */
export interface NewMessage extends Omit<StoredMessage, 'number'> {
  /** What tells it from every other request of its author: the same request that comes again is the same message. */
  readonly source: string;
}

/** A message that was stored. */
export interface AddedMessage {
  readonly number: number;
  readonly id: string;
  /** Whether it was not there before. */
  readonly isNew: boolean;
}

/** A delivery that is not known to have been made. */
export interface PendingDelivery {
  readonly number: number;
  readonly room: string;
  readonly member: string;
  /** Milliseconds in which a chat server ran since the message was stored. */
  readonly triedMs: number;
}

/** What became of the deliveries of a message. */
export interface DeliveryCounts {
  readonly id: string;
  readonly total: number;
  readonly delivered: number;
  readonly failed: number;
}
