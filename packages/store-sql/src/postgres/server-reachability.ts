import type { AccountsFault } from '@entente/accounts/directory';
import { failing, type Standing } from '../store-health.ts';

/** What is known of a server: whether it is reached, and whether it stores changes; a full disk answers queries. */
export class Contact {
  readonly #now: () => number;
  #reached: Standing = { ok: true };
  #stored: Standing = { ok: true };
  #fit: Standing = { ok: true };

  /** @param now - milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the last change was stored, as far as is known. */
  get stores(): boolean {
    return this.#stored.ok;
  }

  /** The server has answered. */
  reached(): void {
    this.#reached = { ok: true };
  }

  /** The server has stored a change, or would. */
  stored(): void {
    this.#reached = { ok: true };
    this.#stored = { ok: true };
  }

  /** The server does not answer, or to nobody like us. */
  unreachable(fault: AccountsFault): void {
    this.#reached = failing(this.#reached, this.#now(), fault);
  }

  /** The server has answered that it cannot store a change. */
  notStored(fault: AccountsFault): void {
    this.#stored = failing(this.#stored, this.#now(), fault);
  }

  /** The database is one that this program works with. */
  fit(): void {
    this.#fit = { ok: true };
  }

  /** The server answers, with a database that this program does not work with. */
  unfit(fault: AccountsFault): void {
    this.#fit = failing(this.#fit, this.#now(), fault);
  }

  standing(): Standing {
    return [this.#reached, this.#fit, this.#stored].find(({ ok }) => !ok) ?? { ok: true };
  }
}
