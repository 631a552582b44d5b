import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicMode, writeWhole } from '@entente/pki/node';
import type { Log } from '@entente/tls';
import { faultFields } from '../fault-fields.ts';

/** A version that was published, with all that follows from it. */
export interface PublishedVersion {
  /** Of the topology. */
  readonly hash: string;
  /** When it was, milliseconds since 1970: certificates that an administrator got until then ended with their removal. */
  readonly at: number;
}

/**
 * The file that says which version was published last, with all that follows from it. It spares a start the search through the audit trail,
 * which grows for years; without it, or where it is of another version, the trail says the same.
 */
export class PublishedMark {
  readonly #path: string;
  readonly #log: Pick<Log, 'error'>;

  /**
   * @param directory - folder of the authority
   * @param log - receives why it could not be written
   */
  constructor(directory: string, log: Pick<Log, 'error'>) {
    this.#path = join(directory, 'topology-published.json');
    this.#log = log;
  }

  /** @returns undefined where there is none, or one that cannot be read */
  async read(): Promise<PublishedVersion | undefined> {
    try {
      const { at, hash } = JSON.parse(await readFile(this.#path, 'utf8')) as Partial<PublishedVersion>;
      if (typeof hash === 'string' && typeof at === 'number' && Number.isSafeInteger(at)) return { hash, at };
    } catch {
      // The trail says the same.
    }
    return undefined;
  }

  /** Writes it. What was published is published also where that fails: the next start looks through the trail. */
  async write({ at, hash }: PublishedVersion): Promise<void> {
    try {
      await writeWhole(this.#path, `${JSON.stringify({ hash, at })}\n`, publicMode);
    } catch (fault) {
      this.#log.error(
        { event: 'fault', ...faultFields(fault) },
        `the mark of the published topology could not be written: ${(fault as Error).message}`,
      );
    }
  }
}
