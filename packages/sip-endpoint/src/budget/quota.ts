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

  /**
   * @param limits - the most
   * @param key - what it is found by
   */
  constructor({ maxBytes, maxTransactions }: QuotaLimits, key = '') {
    this.key = key;
    this.maxBytes = maxBytes;
    this.maxTransactions = maxTransactions;
  }

  /** Whether so much more may be under way. */
  has(bytes: number, transactions: number): boolean {
    return this.bytes + bytes <= this.maxBytes && this.transactions + transactions <= this.maxTransactions;
  }

  /**
   * Whether somebody who counts here may have so much more. Once half is taken, one may have no more than a small part of what is free: a
   * few who take all that they get leave room for the next one.
   * @param one - what they have under way
   */
  leavesRoom(one: Readonly<Quota>, bytes: number, transactions: number): boolean {
    return (
      isModest(one.bytes, bytes, this.bytes, this.maxBytes) &&
      isModest(one.transactions, transactions, this.transactions, this.maxTransactions)
    );
  }
}

/** Of what is free, for one: after forty who took all that they got, a thirteenth of it is left. */
const partOfFree = 1 / 16;

function isModest(own: number, more: number, taken: number, max: number): boolean {
  return taken + more <= max / 2 || own + more <= (max - taken) * partOfFree;
}
