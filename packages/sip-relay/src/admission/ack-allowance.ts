import { checkedBounds } from '@entente/sip-proxy';

/** What is admitted over one connection. */
export interface AckRules {
  /** ACKs at once, and how many more each second. */
  readonly acks: number;
  /** ACKs that are added each second, up to `acks`. */
  readonly acksPerSecond: number;
  /** Bytes of them at once, body included, and how many more each second. */
  readonly bytes: number;
  /** Bytes that are added each second, up to `bytes`. */
  readonly bytesPerSecond: number;
}

/** 16 ACKs and 32 KiB at once, then one ACK and 2 KiB a second: enough for the calls of one telephone, each put on hold and resumed. */
export const defaultAckRules: AckRules = { acks: 16, acksPerSecond: 1, bytes: 32_768, bytesPerSecond: 2_048 };

interface Left {
  acks: number;
  bytes: number;
  at: number;
}

/**
 * How many ACKs a connection may send on which nobody has authenticated: an ACK cannot be challenged, and one that our dialog token vouches
 * for goes on over any connection. A telephone may open a second one for it, where the name in our Record-Route entry is another than the
 * one that it asked for at first. What a connection has left is forgotten with it; how many connections there are, the listener bounds.
 */
export class AckAllowance {
  readonly #rules: AckRules;
  readonly #left = new WeakMap<object, Left>();

  /**
   * @param rules - how many
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
   */
  constructor(rules: AckRules = defaultAckRules) {
    this.#rules = {
      ...defaultAckRules,
      ...checkedBounds(rules, Object.keys(defaultAckRules), 'AckAllowance'),
    };
  }

  /**
   * Takes one ACK off what a connection has left.
   * @param connection - by its identity
   * @param bytes - of the whole message
   * @param now - milliseconds since 1970
   * @returns whether it may go on
   */
  take(connection: object, bytes: number, now: number): boolean {
    const { acks, acksPerSecond, bytes: most, bytesPerSecond } = this.#rules;
    const left = this.#left.get(connection) ?? { acks, bytes: most, at: now };
    const seconds = Math.max(0, now - left.at) / 1_000;
    left.acks = Math.min(acks, left.acks + seconds * acksPerSecond);
    left.bytes = Math.min(most, left.bytes + seconds * bytesPerSecond);
    left.at = now;
    this.#left.set(connection, left);
    if (left.acks < 1 || left.bytes < bytes) return false;
    left.acks -= 1;
    left.bytes -= bytes;
    return true;
  }
}
