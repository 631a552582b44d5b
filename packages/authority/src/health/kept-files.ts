import { join } from 'node:path';
import { missingFiles } from '@entente/pki/node';
import type { Log } from '@entente/tls';
import { keysPath } from '../domain-keys/key-file.ts';
import type { DomainKeyStore } from '../domain-keys/key-store.ts';
import type { Health } from './health.ts';

const remedy =
  'Do not restart the authority: it goes on with what it has in memory. Put the files back from a copy of its folder, or from the last backup that has them; entente ca backup refuses to write one without them. Where nobody has the key of an issuing authority, let the root certify the next one (entente ca root request --next), and keep the authority running until the one before has retired.';

/** What {@link KeptFiles} needs. */
export interface KeptFilesOptions {
  /** Folder of the authority. */
  readonly directory: string;
  readonly health: Pick<Health, 'watch'>;
  /** Writes again what is in memory. */
  readonly keys: Pick<DomainKeyStore, 'writeAgain'>;
  readonly log: Pick<Log, 'error' | 'info' | 'warn'>;
}

/**
 * Looks whether the files are there with which the authority is started: it reads them at its start alone, so that one that was deleted is
 * missed when it is too late.
 */
export class KeptFiles {
  readonly #options: KeptFilesOptions;
  #missing: readonly string[] = [];

  constructor(options: KeptFilesOptions) {
    this.#options = options;
    options.health.watch(() =>
      this.#missing.length === 0 ? undefined : { part: 'files', message: this.#message, remedy },
    );
  }

  /** Looks again; what is news is logged. */
  async look(): Promise<void> {
    const { directory, keys, log } = this.#options;
    const [again, gone] = await keys.writeAgain().then(
      (path) => [path, []] as const,
      // Its folder is gone, or takes no file.
      () => [undefined, [keysPath(directory)]] as const,
    );
    if (again !== undefined)
      log.warn(
        {
          event: 'files-written-again',
          place: again,
          remedy: 'Find out who deletes files of this authority.',
        },
        `a file of this authority was deleted while it runs, and is written again: ${again}`,
      );
    const before = this.#missing;
    this.#missing = [...(await missingFiles(directory)).map((name) => join(directory, name)), ...gone];
    if (this.#missing.join() === before.join()) return;
    if (this.#missing.length > 0)
      log.error({ event: 'files-missing', place: this.#missing[0], remedy }, this.#message);
    else log.info({ event: 'files-back' }, 'the files with which this authority is started are there again');
  }

  get #message(): string {
    return `expected the files with which this authority is started, and these are gone: ${this.#missing.join(', ')}; it cannot be started again`;
  }
}
