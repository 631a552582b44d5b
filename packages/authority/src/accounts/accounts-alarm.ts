import type { Log } from '@entente/tls';
import type { AccountsElsewhere } from './external-directory.ts';

/**
 * Logs `accounts-unavailable` once when accounts that are kept elsewhere cannot be read or changed any more, and `accounts-back` once when
 * they can be again. It decides nothing.
 */
export class AccountsAlarm {
  readonly #accounts: Pick<AccountsElsewhere, 'place' | 'standing'> | undefined;
  readonly #log: Pick<Log, 'error' | 'info'>;
  /** Since when, in milliseconds since 1970, as it was logged; undefined while they are there. */
  #away: number | undefined;

  /** @param accounts - kept elsewhere; undefined where the authority keeps them itself */
  constructor(
    accounts: Pick<AccountsElsewhere, 'place' | 'standing'> | undefined,
    log: Pick<Log, 'error' | 'info'>,
  ) {
    this.#accounts = accounts;
    this.#log = log;
  }

  /** Call it at the start, and from time to time. */
  look(): void {
    if (this.#accounts === undefined) return;
    const { place } = this.#accounts;
    const standing = this.#accounts.standing();
    if (standing.ok) {
      if (this.#away === undefined) return;
      const since = isoTime(this.#away);
      this.#away = undefined;
      this.#log.info({ event: 'accounts-back', place, since }, `the accounts at ${place} are there again`);
      return;
    }
    if (this.#away !== undefined) return;
    this.#away = standing.since;
    const { remedy, sentence } = standing;
    this.#log.error(
      { event: 'accounts-unavailable', place, since: isoTime(standing.since), remedy },
      `the accounts at ${place} cannot be read or changed: ${sentence}; orders about users are answered 503, and servers go on with those that they know`,
    );
  }
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
