import { createHash } from 'node:crypto';
import type { Ledger } from '@entente/pki/ledger';
import { decodeCrl } from '@entente/x509';

/** What an authority has acknowledged, and so must never lose, and what it has published, and so must never contradict. */
export class Acknowledged {
  readonly #issued = new Set<string>();
  readonly #revoked = new Set<string>();
  /** SHA-256 of each list by its number. */
  readonly #lists = new Map<number, string>();
  readonly #faults = new Set<string>();

  /** What does not hold, each once. */
  get faults(): readonly string[] {
    return [...this.#faults];
  }

  get counts(): { readonly issued: number; readonly revoked: number; readonly lists: number } {
    return { issued: this.#issued.size, revoked: this.#revoked.size, lists: this.#lists.size };
  }

  /** Serial numbers whose revocation was acknowledged until now. */
  get revoked(): readonly string[] {
    return [...this.#revoked];
  }

  /** A client has received a certificate. */
  issued(serialHex: string): void {
    if (this.#issued.has(serialHex)) this.#faults.add(`the serial number ${serialHex} was issued twice`);
    this.#issued.add(serialHex);
  }

  /** An administrator was told that a certificate is revoked. */
  wasRevoked(serialHex: string): void {
    this.#revoked.add(serialHex);
  }

  /**
   * A list was fetched.
   *
   * @param der - the list
   * @param before - revocations that were acknowledged before it was asked for
   */
  published(der: Uint8Array, before: readonly string[]): void {
    const decoded = decodeCrl(der);
    if (!decoded.ok) {
      this.#faults.add(`a list cannot be read: ${decoded.error.message}`);
      return;
    }
    const number = Number(decoded.value.crlNumber);
    const hash = createHash('sha256').update(der).digest('hex');
    if ((this.#lists.get(number) ?? hash) !== hash) this.#faults.add(`two lists have the number ${number}`);
    this.#lists.set(number, hash);
    const entries = new Set([...decoded.value.entries()].map(({ serialHex }) => serialHex));
    for (const serialHex of before) {
      if (!entries.has(serialHex))
        this.#faults.add(`the list ${number} lacks ${serialHex}, which was revoked before`);
    }
  }

  /**
   * Compares with the ledger, once nothing changes it.
   *
   * @param ledger - of the authority
   * @param issuer - see `issuerId`
   */
  async compare(ledger: Ledger, issuer: string): Promise<void> {
    for (const serialHex of this.#issued) {
      if ((await ledger.find(issuer, serialHex)) === undefined)
        this.#faults.add(`the ledger lacks ${serialHex}, which a client has received`);
    }
    const listed = new Set((await ledger.revoked(issuer, 0)).map(({ serialHex }) => serialHex));
    for (const serialHex of this.#revoked) {
      if (!listed.has(serialHex)) this.#faults.add(`the ledger lacks the revocation of ${serialHex}`);
    }
    const next = await ledger.nextCrlNumber(issuer);
    const highest = Math.max(0, ...this.#lists.keys());
    if (next <= highest) this.#faults.add(`the next list would have the number ${next} after ${highest}`);
  }
}
