import type { Problem } from '@entente/pki';
import type { AuditRecord, AuditTrail } from '@entente/pki/audit';
import type { StoredJoinToken } from '@entente/pki/ledger';
import type { Caller } from '../caller.ts';
import type { Health } from '../health/health.ts';
import { RateLimit } from '../limits/rate-limit.ts';

/** What is recorded, without the time. */
export type AuditEntry = Omit<AuditRecord, 'at'>;

/** Refusals of one caller: it costs a member nothing to be refused, and each record stays for ever. */
const refusalRate = { burst: 100, perHour: 60 };
const maxRemembered = 20_000;

/** Serial numbers in one record; more would make long lines, and the ledger has them all. */
const maxSerials = 10;

/** Writes the audit trail of an authority, and tells its health whether that works. */
export class AuditLog {
  readonly #trail: AuditTrail;
  readonly #health: Health;
  readonly #now: () => number;
  readonly #refusals: RateLimit;
  /** By request: each has a caller of its own. */
  readonly #refused = new WeakMap<Caller, Promise<void>>();

  /**
   * @param trail - where the records go
   * @param health - learns whether they could be stored
   * @param now - milliseconds since 1970
   */
  constructor(trail: AuditTrail, health: Health, now: () => number) {
    this.#trail = trail;
    this.#health = health;
    this.#now = now;
    this.#refusals = new RateLimit(refusalRate, maxRemembered, now);
  }

  /**
   * Records what was done. Only then may it be acknowledged.
   * @throws PkiFault of the trail
   */
  record(entry: AuditEntry): Promise<void> {
    return this.#health.follow('audit-trail', () => this.#trail.record({ at: this.#now(), ...entry }));
  }

  /** Records what nobody waits for: the authority did it by itself, or refused something. A failure is in its health. */
  note(entry: AuditEntry): void {
    this.record(entry).catch(() => {});
  }

  /** Resolves when the refusal of a request is recorded, so that it can be answered. */
  async settled(caller: Caller): Promise<void> {
    await this.#refused.get(caller);
  }

  /** Records the refusal of a caller that has proven a name: what unknown ones ask for would fill the disk. */
  refused(problem: Omit<Problem, 'status'>, caller: Caller): void {
    const who = by(caller);
    if (caller.kind === 'nobody' || !this.#refusals.take(who.actor).ok) return;
    const recorded = this.record({
      ...who,
      action: 'request-refused',
      outcome: 'refused',
      reason: problem.reason,
      details: { message: problem.message.slice(0, 500) },
    }).catch(() => {});
    this.#refused.set(caller, recorded);
  }

  /** Records that a token was refused which this authority has given out: it proves no name, but was ordered once. */
  async refusedToken(
    problem: Omit<Problem, 'status'>,
    { secretHash, server }: StoredJoinToken,
  ): Promise<void> {
    const actor = `join-token:${secretHash.slice(0, 16)}`;
    if (!this.#refusals.take(actor).ok) return;
    const entry: AuditEntry = {
      actor,
      action: 'request-refused',
      subject: server,
      outcome: 'refused',
      reason: problem.reason,
      details: { message: problem.message.slice(0, 500) },
    };
    // A failure is in the health: it does not change the answer.
    await this.record(entry).catch(() => {});
  }
}

/**
 * Who did it, and from where.
 * @param caller - the sender of the request
 */
export function by(caller: Caller): Pick<AuditEntry, 'actor' | 'from'> {
  const from = caller.address === undefined ? {} : { from: caller.address };
  switch (caller.kind) {
    case 'server':
      return { actor: `server:${caller.server}`, ...from };
    case 'administrator':
      return { actor: `administrator:${caller.name}`, ...from };
    case 'nobody':
      return { actor: 'unknown', ...from };
  }
}

/**
 * Serial numbers, as details of a record.
 * @param serials - lower-case hexadecimal
 */
export function serialDetails(serials: readonly string[]): AuditEntry['details'] {
  return { count: serials.length, serials: serials.slice(0, maxSerials).join(' ') };
}
