import { formatPoolKeys, type PoolKeys, parsePoolKeys } from '@entente/pki';
import type { Log } from '@entente/tls';
import type { MemberFiles } from './member-files.ts';
import { unwrittenRemedy } from './write-failure.ts';

/** The keys of our pool, kept for a start without the authority. They are secret: the file has mode 0600. */
export class DomainKeysFile {
  readonly #files: Pick<MemberFiles, 'path' | 'read' | 'write'>;
  readonly #log: Log;
  #text: string | undefined;

  constructor(files: Pick<MemberFiles, 'path' | 'read' | 'write'>, log: Log) {
    this.#files = files;
    this.#log = log;
  }

  /**
   * The keys that an earlier run has written.
   * @returns undefined where there are none, or where they are damaged, which is logged: they are fetched again
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the file
   */
  async restore(): Promise<PoolKeys | undefined> {
    const text = await this.#files.read('domainKeys');
    if (text === undefined) return undefined;
    const keys = parsePoolKeys(text);
    if (keys === undefined) {
      this.#log.warn(
        { event: 'domain-keys-damaged', place: this.#files.path('domainKeys') },
        'the file with the keys of our pool cannot be read; they are fetched from the authority again',
      );
      return undefined;
    }
    this.#text = text;
    return keys;
  }

  /**
   * Writes the keys, unless the file holds them already. What cannot be written is logged: the keys are in force all the same.
   * @param keys - from the authority
   */
  async keep(keys: PoolKeys): Promise<void> {
    const text = `${formatPoolKeys(keys)}\n`;
    if (text === this.#text) return;
    try {
      await this.#files.write('domainKeys', text);
      this.#text = text;
    } catch (error) {
      this.#log.warn(
        { event: 'domain-keys-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `the keys of our pool were not written: ${(error as Error).message}; a restart needs the authority for them`,
      );
    }
  }
}
