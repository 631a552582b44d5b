import { checkSize } from '@entente/sip';
import { type Account, type NextHop, SipConnection, type SipEndpoint } from '@entente/sip-endpoint';
import type { Target, TargetGroups } from '@entente/sip-proxy';
import type { NotSent } from './link-not-allowed.ts';
import type { RelayRules, Unreachable } from './relay-rules.ts';

/** Where an ACK counts while its next hop is dialled, and how much it is. */
export interface AckSender {
  readonly ledger: Account;
  readonly bytes: number;
}

/** What ACKs are passed on with. */
export interface AckForwardingOptions {
  readonly endpoint: SipEndpoint;
  /** Where a target is. */
  readonly destination: (
    target: Target,
    rules: RelayRules,
  ) => SipConnection | NextHop | Unreachable | NotSent;
  /** A next hop could not be reached. */
  readonly onUnreachable?: ((name: string, error: unknown, hop: NextHop) => void) | undefined;
}

/** An ACK that is dialled for. */
interface WaitingAck {
  readonly groups: TargetGroups;
  readonly at: number;
  readonly rules: RelayRules;
  readonly sender: AckSender;
}

/**
 * Passes on ACKs for a 2xx. They have no transaction, so nothing tells that one was lost but the 2xx that comes again.
 * @see RFC 3261 §16.11, §17
 */
export class AckForwarding {
  readonly #options: AckForwardingOptions;

  /** @param options - on whose connections, and where targets are */
  constructor(options: AckForwardingOptions) {
    this.#options = options;
  }

  /**
   * Sends an ACK to the first target that is reached.
   * @param groups - where to, in this order
   * @param rules - what the policy decided
   * @param sender - where it counts
   */
  forward(groups: TargetGroups, rules: RelayRules, sender: AckSender): void {
    this.#from(0, groups, rules, sender);
  }

  #from(first: number, groups: TargetGroups, rules: RelayRules, sender: AckSender): void {
    for (let at = first; at < groups.length; at++) {
      const target = groups[at]?.[0];
      if (target === undefined) continue;
      const to = this.#options.destination(target, rules);
      if ('status' in to) continue;
      const open = to instanceof SipConnection ? to : this.#options.endpoint.connected(to);
      if (open !== undefined) this.#send(target, rules, open, sender);
      else if (!(to instanceof SipConnection)) this.#dial(to, target, { groups, at, rules, sender });
      return;
    }
  }

  /** The connection of the dialog has closed meanwhile; without its ACK the callee would end the call. */
  #dial(hop: NextHop, target: Target, { at, groups, rules, sender }: WaitingAck): void {
    const { bytes, ledger } = sender;
    if (!ledger.take(bytes, 0)) return;
    const tell = (error: unknown) =>
      this.#options.onUnreachable?.(rules.nameOf?.(target) ?? target.uri, error, hop);
    this.#options.endpoint
      .reach(hop)
      .finally(() => ledger.release(bytes, 0))
      .then(
        (connection) => this.#send(target, rules, connection, sender),
        (error: unknown) => {
          tell(error);
          this.#from(at + 1, groups, rules, sender);
        },
      )
      // What the rules throw: nothing is above that would contain it.
      .catch(tell);
  }

  #send(target: Target, rules: RelayRules, connection: SipConnection, { ledger }: AckSender): void {
    const ack = rules.build(target, this.#options.endpoint.via(connection));
    if ('reason' in ack) return;
    if (checkSize(ack, connection.accepts) === undefined) connection.send(ack, ledger);
  }
}
