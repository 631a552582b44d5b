import type { Account } from './account.ts';
import type { DialogShare } from './dialog-share.ts';
import { ForgettableList } from './forgettable-list.ts';
import type { Quota } from './quota.ts';
import type { RefusalShare } from './refusal-share.ts';
import { makesRoomFor, SenderAccount } from './sender-account.ts';

/** Where a ledger's counts go, as long as its peer is what it is: those of its own first. */
export interface LedgerQuotas {
  /** Of the connection. */
  readonly own: Quota;
  /** Of the user, server or partner; of the address where the peer is unknown. */
  readonly peer: Quota;
  /** Of all peers of the kind where they are many, of whom each is to leave room for the next one. */
  readonly crowd: Quota | undefined;
  /** All of them, with `own`, `peer` and that of the kind. */
  readonly all: readonly Quota[];
}

/**
 * What one connection's peer has under way: its own requests, their copies on the way to others, what it has begun to send, and the
 * answers that it does not take. Counting is two additions for each quota, and nothing is allocated.
 */
export class Ledger implements Account {
  #quotas: LedgerQuotas;
  #closed = false;
  #hasLeft = false;
  readonly forgettable = new ForgettableList();
  readonly #leave: (quotas: LedgerQuotas) => void;

  /**
   * @param quotas - where it counts
   * @param leave - called once nothing is under way and the connection is closed
   */
  constructor(quotas: LedgerQuotas, leave: (quotas: LedgerQuotas) => void) {
    this.#quotas = quotas;
    this.#leave = leave;
  }

  /** Whose it is: of a user, server, partner or address; empty for what is asked of somebody who is nobody yet. */
  get name(): string {
    return this.#quotas.peer.key;
  }

  /**
   * What the peer sends in dialogs, over all its connections.
   * @param isProven - whether it is known who it is: many may share an address
   */
  dialogsOf(isProven: boolean): DialogShare {
    const { own, peer } = this.#quotas;
    return (isProven ? peer : own).dialogs;
  }

  /** What is refused at once of the peer, as {@link dialogsOf}. */
  refusalsOf(isProven: boolean): RefusalShare {
    const { own, peer } = this.#quotas;
    return (isProven ? peer : own).refusals;
  }

  /** Bytes under way. */
  get bytes(): number {
    return this.#quotas.own.bytes;
  }

  /** Transactions under way. */
  get transactions(): number {
    return this.#quotas.own.transactions;
  }

  /** The most bytes that may be under way for this connection alone. */
  get maxBytes(): number {
    return this.#quotas.own.maxBytes;
  }

  /**
   * Whether there is room for so much more, with its address, its peer and all of its kind. What the peer may lose makes room first, and
   * nobody else's does: nobody decides what others lose.
   */
  has(bytes: number, transactions: number): boolean {
    if (this.#fits(bytes, transactions)) return true;
    while (!this.#fits(bytes, 0)) if (!this.forgettable.forgetOldest()) return false;
    return this.#fits(bytes, transactions);
  }

  #fits(bytes: number, transactions: number): boolean {
    const { all, crowd, peer } = this.#quotas;
    for (let i = 0; i < all.length; i++) if (!all[i]!.has(bytes, transactions)) return false;
    return crowd === undefined || crowd.leavesRoom(peer, bytes, transactions);
  }

  /** Whether a sender who shares the room of the peer with others leaves some of it with so much more, once what the peer may lose is gone. */
  hasFor(sender: string, bytes: number, transactions: number): boolean {
    const { forgettable } = this;
    return (
      this.has(bytes, transactions) &&
      makesRoomFor(sender, { room: this.#quotas.peer, forgettable }, bytes, transactions)
    );
  }

  /** Where it counts for one of those who share the room of the peer: users behind a server, or senders to one device. */
  openFor(sender: string): SenderAccount {
    return new SenderAccount(this, this.#quotas.peer, sender);
  }

  /** Whether the room of the peer is so far taken that it counts who has it. */
  get isHalfTaken(): boolean {
    return this.#quotas.peer.isHalfTaken;
  }

  /** Senders who share the room of the peer and are counted. */
  get senders(): number {
    return this.#quotas.peer.senders;
  }

  /** Whether the peer would have room for so much more if nobody else were there. */
  hasOfItsOwn(bytes: number): boolean {
    const { own, peer } = this.#quotas;
    return own.has(bytes, 0) && peer.has(bytes, 0);
  }

  /** Counts what is under way from now on, if there is room for it. */
  take(bytes: number, transactions: number): boolean {
    if (!this.has(bytes, transactions)) return false;
    this.add(bytes, transactions);
    return true;
  }

  /** Counts what is under way from now on although there may be no room: what follows from something that was let in. */
  add(bytes: number, transactions: number): void {
    const { all } = this.#quotas;
    for (let i = 0; i < all.length; i++) {
      const quota = all[i]!;
      quota.bytes += bytes;
      quota.transactions += transactions;
    }
  }

  /** Counts no longer what was taken or added. */
  release(bytes: number, transactions: number): void {
    this.add(-bytes, -transactions);
    if (this.#closed) this.#end();
  }

  /**
   * The peer has turned out to be somebody else: what is under way counts there.
   * @param quotas - where it counts from now on
   */
  move(quotas: LedgerQuotas): void {
    const { bytes, transactions } = this;
    const before = this.#quotas;
    this.add(-bytes, -transactions);
    this.#quotas = quotas;
    this.add(bytes, transactions);
    this.#leave(before);
  }

  /** The connection is closed. What is still under way counts until it ends: nobody gets rid of it by connecting again. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  #end(): void {
    const { bytes, transactions } = this;
    if (this.#hasLeft || bytes !== 0 || transactions !== 0) return;
    this.#hasLeft = true;
    this.#leave(this.#quotas);
  }
}
