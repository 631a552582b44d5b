import { ChatRoomFault } from './fault.ts';

/** The bounds of a chat server; what is beyond one is refused with its reason. */
export interface ChatBounds {
  /** Members of one room at most. Default 1,000. */
  readonly maxMembers: number;
  /** Bytes of the body of a message at most. Default 8,192. */
  readonly maxMessageBytes: number;
  /** Messages and commands that a member may send to a room at once. Default 10. */
  readonly burst: number;
  /** How many more each second. Default 1. */
  readonly perSecond: number;
  /** Messages that a room keeps at most, once they are delivered. Default 10,000. */
  readonly maxHistory: number;
  /** Bytes of the database at most. Default 1 GiB. */
  readonly maxBytes: number;
  /** Deliveries that may wait, of all rooms. Default 200,000. */
  readonly maxPending: number;
  /** Deliveries of them that may wait for one member, of all rooms. Default 1,000. */
  readonly maxOwed: number;
  /** Deliveries under way at once. Default 64. */
  readonly concurrency: number;
  /** Milliseconds after which a delivery that gets no answer is given up. Default an hour. */
  readonly deliverForMs: number;
}

/** The bounds that hold where nothing else is set. */
export const defaultChatBounds: ChatBounds = {
  maxMembers: 1_000,
  maxMessageBytes: 8_192,
  burst: 10,
  perSecond: 1,
  maxHistory: 10_000,
  maxBytes: 1_073_741_824,
  maxPending: 200_000,
  maxOwed: 1_000,
  concurrency: 64,
  deliverForMs: 3_600_000,
};

/**
 * The bounds of rooms, where those that are left out or undefined are the default ones.
 * @param given - some of them
 * @throws ChatRoomFault `ENTENTE_CHAT_BOUND` for a misspelt one, which would be left at its default, and for one that is not a number, which would bound nothing
 */
export function boundsOf(given: Partial<ChatBounds> = {}): ChatBounds {
  const names = Object.keys(defaultChatBounds).join(', ');
  const bad = (found: string, place: string, remedy: string) =>
    new ChatRoomFault('ENTENTE_CHAT_BOUND', { sentence: `expected ${found}`, place, remedy });
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw bad(
      'an object with bounds, found something else',
      'bounds of serveChatRooms',
      `give some of ${names}`,
    );
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (!Object.hasOwn(defaultChatBounds, name))
      throw bad(
        `only bounds that there are, found ${JSON.stringify(name.slice(0, 60))}`,
        'bounds of serveChatRooms',
        `correct the name, or leave it out; there are ${names}`,
      );
    if (typeof value !== 'number' || !(value >= 0))
      throw bad(
        `a number from 0, found ${typeof value === 'number' ? value : typeof value}`,
        `${name} of serveChatRooms`,
        'give a number, or leave the default',
      );
  }
  return { ...defaultChatBounds, ...Object.fromEntries(set) };
}
