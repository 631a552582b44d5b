import type { Clock, Log } from '@entente/tls';
import { trustStateStanding } from '@entente/topology';
import type { DomainState } from '../state/domain-state.ts';

/** The time is looked at as often as this: a timer does not notice that the clock was set, or that the machine slept. */
const lookMs = 30_000;

/** Whose confirmation is watched, and where the alarm is logged. */
export interface ConfirmationAlarmOptions {
  readonly state: Pick<DomainState, 'topology' | 'confirmation'>;
  /** URL of the authority, for the log. */
  readonly authority: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Logs `topology-unconfirmed` once when the authority has not confirmed the topology for `trustState.alarmAfterSeconds`, and
 * `topology-confirmed` once when it has again. It decides nothing: the verdicts look at the confirmation themselves.
 */
export class ConfirmationAlarm implements Disposable {
  readonly #options: ConfirmationAlarmOptions;
  /** Time of the last confirmation before the alarm; undefined while there is no alarm. */
  #unconfirmedSince: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(options: ConfirmationAlarmOptions) {
    this.#options = options;
  }

  /** Call it once at the start, and after each confirmation; between these it watches the clock. */
  check(): void {
    const { authority, clock, log, state } = this.#options;
    const { topology } = state;
    const { confirmedAt = Date.parse(topology.document.issued), now } = state.confirmation;
    this[Symbol.dispose]();
    const standing = trustStateStanding(topology, confirmedAt, now);
    if (standing.standing !== 'current') {
      if (this.#unconfirmedSince !== undefined) return;
      this.#unconfirmedSince = confirmedAt;
      const { message, remedy } = standing;
      const since = new Date(confirmedAt).toISOString();
      log.error({ event: 'topology-unconfirmed', peer: authority, since, remedy }, message);
      return;
    }
    if (this.#unconfirmedSince !== undefined) {
      const since = new Date(this.#unconfirmedSince).toISOString();
      this.#unconfirmedSince = undefined;
      log.info(
        { event: 'topology-confirmed', peer: authority, since },
        `the authority has confirmed version ${topology.document.version} again; before that, it did so at ${since}`,
      );
    }
    const dueMs = confirmedAt + topology.policies.trustState.alarmAfterSeconds * 1_000 - now;
    this.#cancel = clock.after(Math.min(Math.max(dueMs, 1), lookMs), () => this.check());
  }

  /** It watches no longer. */
  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
