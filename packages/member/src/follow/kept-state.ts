import type { PoolKeys } from '@entente/pki';
import type { Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { DomainKeysFile } from '../files/domain-keys-file.ts';
import type { LastKnown, LastKnownFile } from '../files/last-known-file.ts';
import type { MemberFiles } from '../files/member-files.ts';
import type { TopologyFile } from '../files/topology-file.ts';
import { unwrittenRemedy } from '../files/write-failure.ts';
import type { DomainState } from '../state/domain-state.ts';
import type { RevocationLists } from './revocation-lists.ts';
import { SingleFlight } from './single-flight.ts';

/** A topology that was verified, and the text that was signed. */
export interface SignedText {
  readonly topology: Topology;
  readonly text: string;
}

/** Where the state of a domain is written. */
export interface KeptStateOptions {
  readonly state: Pick<DomainState, 'lastKnown'>;
  readonly lists: Pick<RevocationLists, 'keep'>;
  readonly topologyFile: Pick<TopologyFile, 'keep'>;
  readonly keysFile: Pick<DomainKeysFile, 'keep'>;
  readonly lastKnownFile: Pick<LastKnownFile, 'keep'>;
  /** Where all of them are. */
  readonly files: Pick<MemberFiles, 'lookForMissing'>;
  readonly log: Log;
}

/**
 * Writes what is in force of a domain, for the next run. Nothing waits for it: a disk that does not answer must keep no revocation from coming
 * into force. One file is written at a time, and each as it is at that moment, so that what comes meanwhile is written once, with the newest.
 */
export class KeptState implements AsyncDisposable {
  readonly #options: KeptStateOptions;
  readonly #end = new AbortController();
  readonly #writing: SingleFlight;
  /** A topology that is in force and not on disk yet. */
  #topology: SignedText | undefined;
  #keys: PoolKeys | undefined;
  /** Confirmation of the topology that is on disk. */
  #confirmedOnDisk: number | undefined;
  #isEnding = false;

  constructor(options: KeptStateOptions) {
    this.#options = options;
    this.#confirmedOnDisk = options.state.lastKnown.confirmedAt;
    this.#writing = new SingleFlight(() => this.#write(), this.#end.signal);
  }

  /** @param topology - in force now; written with the next {@link keep} */
  take(topology: SignedText): void {
    this.#topology = topology;
  }

  /** @param keys - of our pool, as the authority has given them; written with the next {@link keep} */
  takeKeys(keys: PoolKeys): void {
    this.#keys = keys;
  }

  /**
   * Writes what is not on disk yet. What fails is logged, and written with the next call.
   * @returns once it is written, or has failed
   */
  keep(): Promise<void> {
    return this.#writing.run();
  }

  /** Waits for what is being written. */
  settled(): Promise<void> {
    return this.#writing.settled();
  }

  /** Writes what is not on disk yet, so that the next run begins with all that was in force in this one; afterwards nothing is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await this.#writing.run();
    this.#end.abort();
  }

  async #write(): Promise<void> {
    const { files, keysFile, lastKnownFile, lists, log, state } = this.#options;
    await lists.keep();
    if (this.#topology !== undefined) await this.#writeTopology(this.#topology);
    // Its file knows which it holds: what could not be written is tried again.
    if (this.#keys !== undefined) await keysFile.keep(this.#keys);
    await lastKnownFile.keep(this.#lastKnown(state.lastKnown));
    // Nobody reads at the end what is missing, and a disk that does not answer would hold it up.
    if (this.#isEnding) return;
    const again = await files.lookForMissing();
    if (again.length > 0)
      log.warn(
        {
          event: 'files-written-again',
          place: again[0],
          remedy: 'Find out who deletes files of this server.',
        },
        `files of this server were deleted while it runs, and are written again: ${again.join(', ')}`,
      );
  }

  /** A later run would take the confirmation for that of the older topology in its file. */
  #lastKnown({ confirmedAt, ...others }: LastKnown): LastKnown {
    if (this.#topology === undefined) this.#confirmedOnDisk = confirmedAt;
    return this.#confirmedOnDisk === undefined ? others : { ...others, confirmedAt: this.#confirmedOnDisk };
  }

  async #writeTopology(unwritten: SignedText): Promise<void> {
    const { log, topologyFile } = this.#options;
    try {
      await topologyFile.keep(unwritten.topology, unwritten.text);
      // Another one may have come into force meanwhile.
      if (this.#topology === unwritten) this.#topology = undefined;
    } catch (error) {
      log.warn(
        { event: 'topology-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `the topology was not written: ${(error as Error).message}; after a restart the one before it is in force until the authority answers`,
      );
    }
  }
}
