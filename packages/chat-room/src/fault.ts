import { Fault } from '@entente/options';

/** What keeps group chat from starting or storing. Match it by `code`. */
export type ChatRoomFaultCode =
  /** The database was here before, and is missing or empty. */
  | 'ENTENTE_CHAT_STORE_LOST'
  /** Another process has the database open. */
  | 'ENTENTE_CHAT_STORE_LOCKED'
  /** The content of the database is damaged. */
  | 'ENTENTE_CHAT_STORE_DAMAGED'
  /** A newer program has written it. */
  | 'ENTENTE_CHAT_STORE_TOO_NEW'
  /** It cannot be opened, read or written now. */
  | 'ENTENTE_CHAT_STORE_UNAVAILABLE'
  /** Too much waits for its disk. */
  | 'ENTENTE_CHAT_STORE_BUSY'
  /** It is closed. */
  | 'ENTENTE_CHAT_STORE_CLOSED'
  /** A bound is misspelt, or not a number. */
  | 'ENTENTE_CHAT_BOUND'
  /** A room is at an address that the topology does not give to this application. */
  | 'ENTENTE_CHAT_ROOM_ADDRESS';

/** A fault of group chat: what happened, where, and what to do. */
export class ChatRoomFault extends Fault<ChatRoomFaultCode> {
  /** Always `ChatRoomFault`. */
  override readonly name = 'ChatRoomFault';
}
