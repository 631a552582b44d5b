import type { Clock, Log } from '@entente/tls';
import type { MemberProblem } from '../follow/member-problem.ts';

/** Whose confirmation is watched. */
export interface AccountsConfirmationOptions {
  /** Where the accounts are read, for the log. */
  readonly place: string;
  /** Milliseconds after which accounts that nothing has confirmed are no longer believed. */
  readonly refuseAfterMs: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * When the accounts were last known to be the present ones, where a server reads them itself. The authority confirms the topology, and says
 * nothing of them; so they have a bound of their own, the same as that of the topology.
 */
export class AccountsConfirmation {
  readonly #options: AccountsConfirmationOptions;
  #at: number | undefined;
  #said = false;

  constructor(options: AccountsConfirmationOptions) {
    this.#options = options;
  }

  /** Milliseconds since 1970; undefined where they were never read. */
  get at(): number | undefined {
    return this.#at;
  }

  /** Everything up to now was read. @param at - milliseconds since 1970; 0 where nothing says so of what is known */
  confirm(at: number): void {
    this.#at = at;
    if (!this.#said) return;
    this.#said = false;
    const { log, place } = this.#options;
    log.info(
      { event: 'accounts-confirmed', place },
      'the accounts are confirmed again, and users may sign in',
    );
  }

  /** Whether they are no longer believed: nobody may sign in then. */
  get isStale(): boolean {
    const { clock, refuseAfterMs } = this.#options;
    return this.#at !== undefined && clock.now() - this.#at >= refuseAfterMs();
  }

  /** Logs once that they are no longer believed. @param remedy - for what is in the way */
  look(remedy: string): void {
    if (this.#said || !this.isStale) return;
    this.#said = true;
    const { log, place } = this.#options;
    const since = this.#isNever ? {} : { since: this.#time(this.#at ?? 0) };
    log.error(
      { event: 'accounts-stale', place, ...since, remedy },
      `the accounts ${this.#last}: no request is accepted any more`,
    );
  }

  /**
   * What a directory that cannot be read means for users.
   * @param sentence - what is in the way
   * @param remedy - for that
   */
  problem(sentence: string, remedy: string): MemberProblem | undefined {
    if (this.#at === undefined) return undefined;
    const { place, refuseAfterMs } = this.#options;
    const stops = this.isStale;
    const end = this.#time(this.#at + refuseAfterMs());
    const message = `the accounts at ${place} ${this.#last}: ${sentence}; ${stops ? 'no request is accepted any more' : `what was known stays in force until ${end}`}`;
    return { part: 'accounts', message, remedy, stops };
  }

  /** Whether nothing says when those of an earlier run were the present ones. */
  get #isNever(): boolean {
    return this.#at === 0;
  }

  /** When they were confirmed, for people. */
  get #last(): string {
    return this.#isNever ? 'were never confirmed' : `were last confirmed at ${this.#time(this.#at ?? 0)}`;
  }

  #time(at: number): string {
    return new Date(at).toISOString();
  }
}
