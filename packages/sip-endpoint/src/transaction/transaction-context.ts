import type {
  InviteClientTransaction,
  InviteServerTransaction,
  NonInviteClientTransaction,
  NonInviteServerTransaction,
  SipRequest,
  SipResponse,
  TransactionEnd,
  TransactionTimer,
} from '@entente/sip';
import type { Account } from '../budget/account.ts';
import type { Forgettable } from '../budget/forgettable-list.ts';
import type { SipConnection } from '../connection/connection.ts';
import type { Placed } from '../connection/unordered-list.ts';
import type { TimerWheel, WheelTimer } from '../timer/timer-wheel.ts';
import type { Answered } from './answered.ts';
import { beginsAt } from './transaction-channel.ts';

/** Who is told what becomes of a request that we sent. */
export interface ClientUser {
  /** A provisional or final response; several 2xx may come for an INVITE. */
  onResponse(response: SipResponse, transaction: ClientTransaction): void;
  /** No response will come any more. After `completed` there was a final one. */
  onEnd(end: TransactionEnd, transaction: ClientTransaction): void;
}

/** For requests whose answer nobody waits for, such as CANCEL. */
export const silentUser: ClientUser = { onResponse() {}, onEnd() {} };

/** Who is told what becomes of a request that we received. */
export interface ServerUser {
  /** The transaction is over; `transport-error` and `no-ack` mean that the answer did not arrive. */
  onEnd?(end: TransactionEnd, transaction: ServerTransaction): void;
  /** The INVITE is to be given up (RFC 3261 §9.2); the CANCEL itself has been answered. */
  onCancel?(cancel: SipRequest, transaction: ServerTransaction): void;
}

/** What a transaction of ours carries with it. */
export class TransactionContext<User> implements Answered, Placed, Forgettable {
  readonly connection: SipConnection;
  /** By which its table has it. */
  key: string;
  /** Whether a request that we received shares its branch with another: see `ServerTransactions`. */
  isAside = false;
  user: User;
  /** Where it counts; undefined: nowhere. */
  ledger: Account | undefined;
  /** Bytes that count there. */
  cost: number;
  /** Transactions that count there: 1, and 0 once an INVITE is accepted and nobody waits for anything. */
  counted = 1;
  /** Whose context it is; known once the machine is made. */
  transaction: AnyTransaction | undefined = undefined;
  /** Where a request of ours counts that a client has not finally answered yet. */
  asked: Account | undefined = undefined;
  /** See `Answered`. */
  paidUntil = 0;
  place = -1;
  older: Forgettable | undefined = undefined;
  newer: Forgettable | undefined = undefined;
  /** `performance.now` at its beginning; -1 where nobody wants to know, or has been told. */
  beganAt: number = beginsAt();
  /** At most two timers run at once; a map would cost more than it serves. */
  first: WheelTimer<TransactionTimer> | undefined = undefined;
  second: WheelTimer<TransactionTimer> | undefined = undefined;

  constructor(connection: SipConnection, key: string, user: User, ledger: Account | undefined, cost: number) {
    this.connection = connection;
    this.key = key;
    this.user = user;
    this.ledger = ledger;
    this.cost = cost;
  }

  /** The client that was asked has answered, or is not waited for any more. */
  waitsNoMore(): void {
    this.asked?.release(this.cost, 1);
    this.asked = undefined;
  }

  /** Stops a timer, where it runs. */
  stopTimer(name: TransactionTimer, wheel: TimerWheel<TransactionTimer>): void {
    const { first, second } = this;
    if (first?.name === name) {
      wheel.cancel(first);
      this.first = undefined;
    } else if (second?.name === name) {
      wheel.cancel(second);
      this.second = undefined;
    }
  }

  /** Schedules a timer; one of the same name takes its place. */
  startTimer(
    name: TransactionTimer,
    afterMs: number,
    owner: AnyTransaction,
    wheel: TimerWheel<TransactionTimer>,
  ): void {
    this.stopTimer(name, wheel);
    const timer = wheel.schedule(afterMs, owner, name);
    if (this.first === undefined || this.first.owner === undefined) this.first = timer;
    else this.second = timer;
  }

  forget(): void {
    const { transaction } = this;
    if (transaction?.kind === 'invite-server' || transaction?.kind === 'invite-client') transaction.forget();
  }
}

/** A request that we sent and its answers. */
export type ClientTransaction =
  | InviteClientTransaction<TransactionContext<ClientUser>>
  | NonInviteClientTransaction<TransactionContext<ClientUser>>;
/** A request that we received and our answers. */
export type ServerTransaction =
  | InviteServerTransaction<TransactionContext<ServerUser | undefined>>
  | NonInviteServerTransaction<TransactionContext<ServerUser | undefined>>;
/** A transaction of any kind. */
export type AnyTransaction = ClientTransaction | ServerTransaction;

/** Whether a transaction is of a request that we sent. */
export function isClient(transaction: AnyTransaction): transaction is ClientTransaction {
  return transaction.kind === 'invite-client' || transaction.kind === 'non-invite-client';
}
