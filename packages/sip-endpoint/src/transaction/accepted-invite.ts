import type { SipResponse } from '@entente/sip';
import type { Account } from '../budget/account.ts';
import type { Forgettable } from '../budget/forgettable-list.ts';
import type { SipConnection } from '../connection/connection.ts';
import type { Placed } from '../connection/unordered-list.ts';
import type { Answered } from './answered.ts';

/** Who hears of further answers to an INVITE that was sent on and accepted. */
export interface AcceptedUser {
  /** Bytes that it keeps of the request, e.g. its text; 0 where it keeps nothing of it. */
  readonly keptBytes: number;
  /**
   * A further 2xx: of another device behind the same hop, or the same one again. Every one of them goes back (RFC 3261 §16.7 step 5).
   * @param response - as received
   * @param accepted - where it came from, and where it goes
   */
  onFurtherSuccess(response: SipResponse, accepted: AcceptedInvite): void;
}

/** One of the two transactions of an INVITE that was accepted: what finds it, and where it is. */
export class AcceptedEnd implements Placed {
  /** On which that transaction was. */
  readonly connection: SipConnection;
  /** By which its transaction was found. */
  readonly key: string;
  /** Of the key: chooses the slot of the table. */
  readonly hash: number;
  /** What it is an end of. */
  readonly invite: AcceptedInvite;
  place = -1;
  /** In the table, behind the same slot. */
  nextInSlot: AcceptedEnd | undefined = undefined;

  constructor(connection: SipConnection, key: string, hash: number, invite: AcceptedInvite) {
    this.connection = connection;
    this.key = key;
    this.hash = hash;
    this.invite = invite;
  }
}

/**
 * What is left of an INVITE that was sent on and accepted, in the place of its two transactions: enough to absorb its copies, to answer a
 * CANCEL that comes late, and to send further 2xx back.
 * @see RFC 6026 §7.1, §7.2
 */
export class AcceptedInvite implements Answered, Forgettable {
  /** Of the transaction in which it was received. */
  readonly received: AcceptedEnd;
  /** Of the one in which it was sent on. */
  readonly sent: AcceptedEnd;
  /** Receives further 2xx. */
  readonly user: AcceptedUser;
  /** Where it counts; undefined: nowhere. */
  readonly ledger: Account | undefined;
  /** Bytes that count there. */
  readonly cost: number;
  /** Until when it is kept, milliseconds since 1970. */
  readonly until: number;
  /** See `Answered`. */
  paidUntil = 0;
  older: Forgettable | undefined = undefined;
  /** As {@link Forgettable}; kept by the list. */
  newer: Forgettable | undefined = undefined;
  /** Of all in the table, in the order of their ends. */
  before: AcceptedInvite | undefined = undefined;
  /** As `before`: the one that ends next; undefined for the last. */
  behind: AcceptedInvite | undefined = undefined;
  readonly #owner: { forget(accepted: AcceptedInvite): void };

  constructor(
    owner: { forget(accepted: AcceptedInvite): void },
    ends: { readonly received: EndOf; readonly sent: EndOf },
    kept: Pick<AcceptedInvite, 'cost' | 'ledger' | 'until' | 'user'>,
  ) {
    const { received, sent } = ends;
    this.received = new AcceptedEnd(received.connection, received.key, received.hash, this);
    this.sent = new AcceptedEnd(sent.connection, sent.key, sent.hash, this);
    this.user = kept.user;
    this.ledger = kept.ledger;
    this.cost = kept.cost;
    this.until = kept.until;
    this.#owner = owner;
  }

  forget(): void {
    this.#owner.forget(this);
  }
}

/** Where one side of an accepted INVITE is: its connection, and its transaction there. */
type EndOf = Pick<AcceptedEnd, 'connection' | 'hash' | 'key'>;
