import { join } from 'node:path';
import { missingFiles } from '@entente/pki/node';
import type { Log } from '@entente/tls';
import type { Health } from './health.ts';

const remedy =
  'Do not restart the authority: it goes on with what it has in memory. Put the files back from a copy of its folder, or from the last backup that has them; entente ca backup refuses to write one without them. Where nobody has the key of an issuing authority, let the root certify the next one (entente ca root request --next), and keep the authority running until the one before has retired.';

/** What {@link KeptFiles} needs. */
export interface KeptFilesOptions {
  /** Folder of the authority. */
  readonly directory: string;
  readonly health: Pick<Health, 'watch'>;
  readonly log: Pick<Log, 'error' | 'info'>;
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
    const { directory, log } = this.#options;
    const before = this.#missing;
    this.#missing = (await missingFiles(directory)).map((name) => join(directory, name));
    if (this.#missing.join() === before.join()) return;
    if (this.#missing.length > 0)
      log.error({ event: 'files-missing', place: this.#missing[0], remedy }, this.#message);
    else log.info({ event: 'files-back' }, 'the files with which this authority is started are there again');
  }

  get #message(): string {
    return `expected the files with which this authority is started, and these are gone: ${this.#missing.join(', ')}; it cannot be started again`;
  }
}
