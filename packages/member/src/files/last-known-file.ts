import type { Log } from '@entente/tls';
import type { TrustStateMark } from '@entente/topology';
import type { MemberFiles } from './member-files.ts';
import { unwrittenRemedy } from './write-failure.ts';

/** Confirmations come every minute and more often; on disk they need not be newer than this. */
const writeAfterMs = 60_000;

/** What a member remembers of when it last heard from the authorities that it believes. */
export interface LastKnown {
  /** The latest time that an authority of ours has signed, milliseconds since the epoch. */
  readonly latestSigned?: number;
  /** When the last trust state that confirms the topology was signed, milliseconds since the epoch. */
  readonly confirmedAt?: number;
  /** The last trust state that was accepted: none with a lower sequence is accepted in a later run either. */
  readonly trustState?: TrustStateMark;
}

/**
 * Reads what an earlier run has written.
 * @returns nothing known where the file does not exist, or is damaged, which is logged
 */
export async function readLastKnown(files: Pick<MemberFiles, 'read' | 'path'>, log: Log): Promise<LastKnown> {
  const text = await files.read('lastKnown');
  const known = text === undefined ? {} : parse(text);
  if (known !== undefined) return known;
  log.warn(
    { event: 'last-known-damaged', place: files.path('lastKnown') },
    'the file of signed times cannot be read; it is written again with what the authority confirms next',
  );
  return {};
}

/**
 * Keeps the latest signed time and the last confirmation of the topology for later runs, so that neither a clock that was set back
 * nor an authority that cannot be reached lets a member go on believing what is over.
 */
export class LastKnownFile implements AsyncDisposable {
  readonly #files: Pick<MemberFiles, 'write'>;
  readonly #log: Log;
  #written: LastKnown;
  /** One write at a time, so that none overtakes another. */
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param known - what the file holds, from {@link readLastKnown} */
  constructor(files: Pick<MemberFiles, 'write'>, log: Log, known: LastKnown) {
    this.#files = files;
    this.#log = log;
    this.#written = known;
  }

  /**
   * Writes what is known, if it differs enough from what the file holds: a confirmation by a minute, a signed time or a trust state at all.
   * @param known - of now
   */
  keep(known: LastKnown): Promise<void> {
    const before = this.#written;
    const newer = Math.abs((known.confirmedAt ?? 0) - (before.confirmedAt ?? 0)) >= writeAfterMs;
    const same =
      known.latestSigned === before.latestSigned && known.trustState?.hash === before.trustState?.hash;
    if (!newer && same) return this.#writing;
    this.#written = known;
    this.#writing = this.#writing.then(() => this.#write(known, before));
    return this.#writing;
  }

  /** Ends writing; a write that has begun is finished first: afterwards the directory may belong to a later run. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  async #write(known: LastKnown, before: LastKnown): Promise<void> {
    if (this.#closed) return;
    const { confirmedAt, latestSigned, trustState } = known;
    const written: Record<keyof LastKnown, unknown> = {
      latestSigned: isoTime(latestSigned),
      confirmedAt: isoTime(confirmedAt),
      trustState:
        trustState === undefined ? undefined : { ...trustState, signedAt: isoTime(trustState.signedAt) },
    };
    try {
      await this.#files.write('lastKnown', `${JSON.stringify(written)}\n`);
    } catch (error) {
      this.#written = before;
      this.#log.warn(
        { event: 'last-known-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `the file of signed times was not written: ${(error as Error).message}`,
      );
    }
  }
}

function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function parse(text: string): LastKnown | undefined {
  try {
    const { latestSigned, confirmedAt, trustState } = JSON.parse(text) as Record<keyof LastKnown, unknown>;
    return {
      ...timeIn('latestSigned', latestSigned),
      ...timeIn('confirmedAt', confirmedAt),
      ...(trustState === undefined ? {} : { trustState: markIn(trustState) }),
    };
  } catch {
    return undefined;
  }
}

function timeIn(name: keyof LastKnown, value: unknown): LastKnown {
  return value === undefined ? {} : { [name]: readTime(name, value) };
}

function markIn(value: unknown): TrustStateMark {
  const { sequence, hash, signedAt } = value as Record<keyof TrustStateMark, unknown>;
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || typeof hash !== 'string')
    throw new TypeError('trustState is not that of an earlier run');
  return { sequence, hash, signedAt: readTime('trustState.signedAt', signedAt) };
}

function readTime(name: string, value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError(`${name} is not a time`);
  return time;
}
