import { DialogShare } from './dialog-share.ts';
import { RefusalShare } from './refusal-share.ts';

/** The most that somebody may have under way. */
export interface QuotaLimits {
  /** Bytes, counted as `costOf` counts them. */
  readonly maxBytes: number;
  readonly maxTransactions: number;
}

/** What a connection, an address, a peer or all peers of a kind have under way, and the most that they may have. */
export class Quota {
  /** What it is found by; empty where nobody looks for it. */
  readonly key: string;
  readonly maxBytes: number;
  readonly maxTransactions: number;
  bytes = 0;
  transactions = 0;
  /** Ledgers that count here. */
  ledgers = 0;
  #dialogs: DialogShare | undefined;
  #refusals: RefusalShare | undefined;
  /** What those have under way who share it, counted since half of it was taken. */
  #senders: Map<string, Quota> | undefined;

  /**
   * @param limits - the most
   * @param key - what it is found by
   * @param dialogs - what those who count here have sent in dialogs before
   */
  constructor({ maxBytes, maxTransactions }: QuotaLimits, key = '', dialogs?: DialogShare) {
    this.#dialogs = dialogs;
    this.key = key;
    this.maxBytes = maxBytes;
    this.maxTransactions = maxTransactions;
  }

  /** What is sent in dialogs by those who count here. */
  get dialogs(): DialogShare {
    this.#dialogs ??= new DialogShare();
    return this.#dialogs;
  }

  /** The same, where something was sent. */
  get begunDialogs(): DialogShare | undefined {
    return this.#dialogs;
  }

  /** What is refused at once of those who count here. */
  get refusals(): RefusalShare {
    this.#refusals ??= new RefusalShare();
    return this.#refusals;
  }

  /** Whether so much more may be under way. */
  has(bytes: number, transactions: number): boolean {
    return this.bytes + bytes <= this.maxBytes && this.transactions + transactions <= this.maxTransactions;
  }

  /** Whether so much is taken that each leaves room for the next one. */
  get isHalfTaken(): boolean {
    return this.bytes > this.maxBytes / 2 || this.transactions > this.maxTransactions / 2;
  }

  /** As {@link leavesRoom}, for one of those who share it. */
  leavesRoomFor(sender: string, bytes: number, transactions: number): boolean {
    return this.leavesRoom(this.#senders?.get(sender) ?? nothing, bytes, transactions);
  }

  /** The same of bytes alone. */
  leavesBytesFor(sender: string, bytes: number): boolean {
    return isModest(this.#senders?.get(sender)?.bytes ?? 0, bytes, this.bytes, this.maxBytes);
  }

  /** What one of those has under way who share it. */
  ofSender(name: string): Quota {
    this.#senders ??= new Map();
    let own = this.#senders.get(name);
    if (own === undefined) {
      own = new Quota(this, name);
      this.#senders.set(name, own);
    }
    return own;
  }

  /** Nothing of theirs is under way any more. */
  forgetSender(name: string, own: Quota): void {
    if (this.#senders?.get(name) === own) this.#senders.delete(name);
  }

  /** Senders who are counted. */
  get senders(): number {
    return this.#senders?.size ?? 0;
  }

  /**
   * Whether somebody who counts here may have so much more. Once half is taken, one may have no more than a small part of what is free: a
   * few who take all that they get leave room for the next one.
   * @param one - what they have under way
   */
  leavesRoom(one: UnderWay, bytes: number, transactions: number): boolean {
    return (
      isModest(one.bytes, bytes, this.bytes, this.maxBytes) &&
      isModest(one.transactions, transactions, this.transactions, this.maxTransactions)
    );
  }
}

/** What somebody has under way. */
type UnderWay = Readonly<Pick<Quota, 'bytes' | 'transactions'>>;

const nothing: UnderWay = { bytes: 0, transactions: 0 };

/** Of what is free, for one: after forty who took all that they got, a thirteenth of it is left. */
const partOfFree = 1 / 16;

function isModest(own: number, more: number, taken: number, max: number): boolean {
  return taken + more <= max / 2 || own + more <= (max - taken) * partOfFree;
}
