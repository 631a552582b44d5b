import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An object that an earlier run fetched. */
export interface CachedObject {
  /** Whose peers need it, and the request that it answers: a URL, or a URL and what was sent there. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** When it was kept, milliseconds since the epoch. */
  readonly keptAt: number;
}

const mostKeyBytes = 2_048;
/** Drafts that this process has begun: two of one object are two files. */
let drafts = 0;

/**
 * Keeps fetched objects across restarts: one file each, named by the hash of its key, with the key, a line feed and the bytes. Its owner
 * says which are kept, and removes the others. Its objects are no more trusted than those from the network: the judge checks who signed them.
 */
export class DiskCache {
  readonly #directory: string;
  readonly #extension: string;

  /**
   * @param directory - created where it does not exist
   * @param kind - extension of the files
   */
  constructor(directory: string, kind: 'object' | 'ocsp' | 'issuer') {
    this.#directory = directory;
    this.#extension = `.${kind}`;
  }

  /**
   * Reads the objects one after the other. Other files are left alone.
   * @param maxBytes - of an object; larger ones are left out
   */
  async *all(maxBytes: number): AsyncGenerator<CachedObject> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of await this.#names()) {
      const object = await this.#read(name, maxBytes);
      if (object !== undefined) yield object;
    }
  }

  /** Removes an object, if it is there. @param key - the request that it answers */
  async remove(key: string): Promise<void> {
    await unlink(join(this.#directory, this.#nameOf(key))).catch(() => {});
  }

  /**
   * @param key - the request that the object answers
   * @param bytes - the object
   */
  async keep(key: string, bytes: Uint8Array): Promise<void> {
    if (key.length > mostKeyBytes || key.includes('\n')) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = join(this.#directory, this.#nameOf(key));
    // Written under another name and renamed, so that a crash leaves the old object or the new one.
    const draft = `${path}.${process.pid}.${++drafts}.part`;
    // Of an earlier process with our id, or a link: it is removed, and nothing is written through it.
    await rm(draft, { force: true });
    const content = Buffer.concat([Buffer.from(`${key}\n`, 'latin1'), bytes]);
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  }

  async #read(name: string, maxBytes: number): Promise<CachedObject | undefined> {
    const path = join(this.#directory, name);
    const status = await stat(path).catch(() => undefined);
    if (status === undefined || !status.isFile() || status.size > maxBytes + mostKeyBytes) return undefined;
    const bytes = await readFile(path).catch(() => undefined);
    const end = bytes?.subarray(0, mostKeyBytes + 1).indexOf(0x0a) ?? -1;
    if (bytes === undefined || end < 0) return undefined;
    const key = bytes.toString('latin1', 0, end);
    return name === this.#nameOf(key)
      ? { key, bytes: bytes.subarray(end + 1), keptAt: status.mtimeMs }
      : undefined;
  }

  async #names(): Promise<readonly string[]> {
    return (await readdir(this.#directory)).filter((name) => name.endsWith(this.#extension));
  }

  #nameOf(key: string): string {
    return `${createHash('sha256').update(key).digest('hex')}${this.#extension}`;
  }
}
