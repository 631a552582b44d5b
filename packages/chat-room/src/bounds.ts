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
