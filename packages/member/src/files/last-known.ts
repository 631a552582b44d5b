import type { Clock, Log } from '@entente/tls';
import type { RevocationKnowledge } from '@entente/trust';
import type { MemberFiles } from './member-files.ts';

/** Confirmations come every minute and more often; on disk they need not be newer than this. */
const writeAfterMs = 60_000;

/** What a member remembers of when it last heard from those it believes. */
export interface Remembered {
  /** The latest time that an authority of ours has signed, milliseconds since the epoch. */
  readonly latestSigned?: number;
  /** When the authority last confirmed the topology, milliseconds since the epoch. */
  readonly confirmedAt?: number;
}

/** How the end of confirmation is waited for. */
export interface Watch {
  readonly clock: Clock;
  /** Milliseconds for which a topology holds that nobody confirms. */
  readonly refuseAfterMs: () => number;
  /** Called when that time is over: open connections must be judged again. */
  readonly lapsed: () => void;
}

/**
 * Keeps the latest signed time and the last confirmation of the topology, over restarts too: neither a clock that was set back nor
 * an authority that is cut off makes a member go on believing what is over.
 */
export class LastKnown implements AsyncDisposable {
  readonly #files: Pick<MemberFiles, 'write'>;
  readonly #log: Log;
  #latestSigned: number | undefined;
  #confirmedAt: number | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #watch: Watch | undefined;
  #cancel: (() => void) | undefined;
  /** One write at a time, so that none overtakes another. */
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    files: Pick<MemberFiles, 'write'>,
    log: Log,
    { latestSigned, confirmedAt }: Remembered,
  ) {
    this.#files = files;
    this.#log = log;
    this.#latestSigned = latestSigned;
    this.#confirmedAt = confirmedAt;
  }

  /** Takes up what an earlier run has written down; a damaged file is as good as none, and said. */
  static async open(files: Pick<MemberFiles, 'read' | 'write' | 'path'>, log: Log): Promise<LastKnown> {
    const text = await files.read('lastKnown');
    const remembered = text === undefined ? {} : read(text);
    if (remembered === undefined) {
      log.warn(
        { event: 'last-known-damaged', place: files.path('lastKnown') },
        'what was last known cannot be read',
      );
    }
    return new LastKnown(files, log, remembered ?? {});
  }

  /** See `JudgeOptions.latestSigned` of `@entente/trust`. */
  get latestSigned(): number | undefined {
    return this.#latestSigned;
  }

  /** See `Confirmation` of `@entente/topology`. */
  get confirmedAt(): number | undefined {
    return this.#confirmedAt;
  }

  /**
   * Takes note of the times of revocation lists; all of them must be signed by an authority of ours.
   * @param knowledge - lists whose signatures were checked
   */
  async signed({ crls }: RevocationKnowledge): Promise<void> {
    const latest = crls.reduce((time, { thisUpdate }) => Math.max(time, thisUpdate), this.#latestSigned ?? 0);
    if (latest <= (this.#latestSigned ?? 0)) return;
    this.#latestSigned = latest;
    await this.#write();
  }

  /**
   * The authority has answered with the topology in force, or a newer one that was taken up.
   * @param now - milliseconds since the epoch; it counts even if it is earlier than before, for the clock may have been corrected
   */
  async confirmed(now: number): Promise<void> {
    this.#confirmedAt = now;
    this.#wait();
    if (Math.abs(now - this.#writtenAt) < writeAfterMs) return;
    this.#writtenAt = now;
    await this.#write();
  }

  /** Begins to wait for the moment at which the last confirmation is too old. */
  watch(watch: Watch): void {
    this.#watch = watch;
    this.#wait();
  }

  /** Ends waiting and writing; what is being written is finished first: afterwards the directory may be that of a later run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#watch = undefined;
    this.#cancel?.();
    await this.#writing;
  }

  #wait(): void {
    this.#cancel?.();
    const { clock, refuseAfterMs, lapsed } = this.#watch ?? {};
    if (clock === undefined || refuseAfterMs === undefined || this.#confirmedAt === undefined) return;
    const left = this.#confirmedAt + refuseAfterMs() - clock.now();
    if (left <= 0) lapsed?.();
    // Timers know no more than 24 days: then once more.
    else this.#cancel = clock.after(left, () => this.#wait());
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow());
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    if (this.#closed) return;
    const remembered: Record<keyof Remembered, string | undefined> = {
      latestSigned: written(this.#latestSigned),
      confirmedAt: written(this.#confirmedAt),
    };
    try {
      await this.#files.write('lastKnown', `${JSON.stringify(remembered)}\n`);
    } catch (error) {
      this.#log.warn(
        { event: 'last-known-not-kept' },
        `what was last known is not kept: ${(error as Error).message}`,
      );
    }
  }
}

function written(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function read(text: string): Remembered | undefined {
  try {
    const { latestSigned, confirmedAt } = JSON.parse(text) as Record<keyof Remembered, unknown>;
    return { ...timeIn('latestSigned', latestSigned), ...timeIn('confirmedAt', confirmedAt) };
  } catch {
    return undefined;
  }
}

function timeIn(name: keyof Remembered, value: unknown): Remembered {
  if (value === undefined) return {};
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError(`${name} is no time`);
  return { [name]: time };
}
