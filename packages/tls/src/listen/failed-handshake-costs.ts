/** Milliseconds that an address waits for each one that its handshakes have cost: so it has a tenth of the time of a processor. */
const waitOfCost = 10;
/** Milliseconds that an address may owe before it waits: a tenth of a second of a processor, for what fails once in a while. */
const freeMs = 1_000;
/** Of one address. */
const mostWaitMs = 60_000;
/** Addresses that are remembered; the one that was charged longest ago is forgotten first. */
const maxAddresses = 4_096;

/**
 * What addresses owe for handshakes that came to nothing. What is free is counted for an address, not for a handshake: it grows back with time. An
 * address that owes more waits, and nobody else pays.
 */
export class FailedHandshakeCosts {
  readonly #now: () => number;
  readonly #owedUntil = new Map<string, number>();

  /** @param now - milliseconds, of a clock that is never set; default that of the process */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * A connection has ended without a verdict, or with a refusal.
   * @param group - of its address
   * @param costMs - milliseconds that its handshake has cost; below 0 where it was charged and has come to something after all
   */
  charge(group: string, costMs: number): void {
    const now = this.#now();
    const from = Math.max(now, this.#owedUntil.get(group) ?? now);
    this.#owedUntil.delete(group);
    this.#owedUntil.set(group, Math.min(from + costMs * waitOfCost, now + mostWaitMs + freeMs));
    if (this.#owedUntil.size > maxAddresses) {
      for (const oldest of this.#owedUntil.keys()) {
        this.#owedUntil.delete(oldest);
        break;
      }
    }
  }

  /** Whether any address may owe something. */
  get isEmpty(): boolean {
    return this.#owedUntil.size === 0;
  }

  /**
   * Whether an address owes anything, were it little enough to be free.
   * @param group - of the address
   */
  owes(group: string): boolean {
    const until = this.#owedUntil.get(group);
    return until !== undefined && until > this.#now();
  }

  /**
   * How long an address has to wait.
   * @param group - of the address
   * @returns milliseconds, 0 where it owes no more than is free
   */
  waitMs(group: string): number {
    const until = this.#owedUntil.get(group);
    if (until === undefined) return 0;
    const left = until - this.#now();
    if (left <= 0) this.#owedUntil.delete(group);
    return Math.max(0, left - freeMs);
  }
}
