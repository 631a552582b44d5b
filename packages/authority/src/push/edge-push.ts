import type { Clock, Log } from '@entente/tls';
import { isTrustError, refusedByPeer } from '@entente/tls';
import { links } from '@entente/topology';
import type { PushOutcome } from './push-round.ts';

/** How one server is pushed to. */
export interface EdgePushOptions {
  /** Its FQDN, and that of the authority, for the log. */
  readonly fqdn: string;
  readonly authority: string;
  /** One push; it is given up when the signal aborts. */
  readonly push: (signal: AbortSignal) => Promise<PushOutcome>;
  /** Sequence of the trust state of now. */
  readonly newest: () => number | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
/** Milliseconds for one push with all that the server asks for. */
const longestPushMs = 600_000;
/** A failure that goes on is logged again after so many attempts: about every hour. */
const attemptsBetweenLines = 60;

/**
 * Pushes to one server: one push at a time, again after each change, and after a failure with growing pauses. What one server does with
 * its time is of no effect on the others.
 */
export class EdgePush implements AsyncDisposable {
  readonly #options: EdgePushOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #lastReason = '';
  #isLinked = false;
  #cancel: (() => void) | undefined;

  constructor(options: EdgePushOptions) {
    this.#options = options;
  }

  /** There is something new. After a failure it waits for the next attempt. */
  news(): void {
    if (this.#stop.signal.aborted || this.#cancel !== undefined) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.news();
    });
  }

  /** Gives up what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('no further pushes'));
    this.#cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, newest, push } = this.#options;
    const sequence = newest();
    const tooLong = new AbortController();
    const cancel = clock.after(longestPushMs, () =>
      tooLong.abort(new Error(`a push took more than ${longestPushMs / 1_000} s`)),
    );
    try {
      this.#succeeded(await push(AbortSignal.any([this.#stop.signal, tooLong.signal])), sequence);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failed(error as Error & { code?: string });
    } finally {
      cancel();
    }
  }

  #succeeded({ holds, peer }: PushOutcome, sequence: number | undefined): void {
    const { authority, fqdn, log } = this.#options;
    this.#failures = 0;
    this.#lastReason = '';
    if (!this.#isLinked) {
      this.#isLinked = true;
      const { name, protection, row: link } = links.authorityToEdge;
      const tls = { tls: peer?.protocol, cipher: peer?.cipher };
      log.info({ event: 'link', link, from: authority, to: fqdn, protection, ...tls }, `${name}: ${fqdn}`);
    }
    if (sequence === undefined || (holds ?? 0) >= sequence) return;
    log.warn(
      { event: 'push-not-taken', peer: fqdn, state: sequence, holds, remedy: notTakenRemedy },
      `${fqdn} was pushed trust state ${sequence}, and holds ${holds ?? 'none'}`,
    );
  }

  #failed(error: Error & { code?: string }): void {
    const { clock, fqdn, log, random } = this.#options;
    const { code, message } = error;
    const reason = reasonOf(error);
    this.#isLinked = false;
    if (reason !== this.#lastReason || this.#failures % attemptsBetweenLines === 0) {
      log.warn(
        {
          event: 'push-failed',
          peer: fqdn,
          link: links.authorityToEdge.name,
          reason,
          code,
          remedy: remedyOf(error),
        },
        `${fqdn} could not be pushed to: ${message}`,
      );
    }
    this.#lastReason = reason;
    const pauseMs = Math.min(firstRetryMs * 2 ** Math.min(this.#failures, 16), longestRetryMs);
    this.#failures++;
    this.#cancel = clock.after(pauseMs * (0.5 + random() / 2), () => {
      this.#cancel = undefined;
      this.news();
    });
  }
}

const notTakenRemedy = 'look at the log of the server for trust-state-refused and topology-refused';
const refusedRemedy =
  'look at the log of the server, which has the reason; compare the topology in force there with the newest one';
const unreachableRemedy = `check that the server runs, and that the firewall has what entente topology firewall lists for the link “${links.authorityToEdge.name}”; close that row in the topology where the server fetches by itself`;

function reasonOf(error: Error & { code?: string }): string {
  if (refusedByPeer(error) !== undefined) return 'peer-refused';
  if (isTrustError(error)) return error.rejection.reason;
  return 'unreachable';
}

function remedyOf(error: Error): string {
  if (refusedByPeer(error) !== undefined) return refusedRemedy;
  return isTrustError(error) ? error.remedy : unreachableRemedy;
}
