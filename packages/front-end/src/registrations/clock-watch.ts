import type { Log } from '@entente/tls';

/** Differences below are those of a clock that is set right all the time. */
const noticedMs = 5_000;

/** What {@link ClockWatch} needs. */
export interface ClockWatchOptions {
  /** By which registrations are written: it counts on evenly from the start of the process. */
  readonly clock: () => number;
  /** That of the machine, which is set; default `Date.now`. */
  readonly system?: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/**
 * Notices that the clock of the machine was set, or stood still, since the process began: registrations are written by the clock of before, and
 * for the other servers of a pool, and after a restart, they end as much too early or too late.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  #told = 0;

  /** @param options - both clocks, the log */
  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  /** Compares the clocks; says a difference once, again once it is another one, and when there is none any more. */
  look(): void {
    const { clock, log, system = Date.now } = this.#options;
    const behindMs = Math.round(system() - clock());
    if (Math.abs(behindMs - this.#told) < noticedMs) return;
    this.#told = behindMs;
    if (Math.abs(behindMs) < noticedMs) {
      const again = 'the clock of the machine is again as at the start: registrations are written by it';
      log.info({ event: 'clock-set', behindMs }, again);
      return;
    }
    const how = `${Math.round(Math.abs(behindMs) / 1_000)} seconds ${behindMs > 0 ? 'behind' : 'ahead of'}`;
    log.warn(
      {
        event: 'clock-set',
        behindMs,
        remedy:
          'restart this server once the clock of the machine is right: other servers of its pool take its registrations for older or younger than they are',
      },
      `the clock of the machine was set, or stood still, since the start: registrations are written ${how} it`,
    );
  }
}
