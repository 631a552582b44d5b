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
}
