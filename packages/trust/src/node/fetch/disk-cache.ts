import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An object that an earlier run fetched. */
export interface CachedObject {
  /** The request that it answers: a URL, or a URL and what was sent there. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Objects kept of one kind; the oldest is removed first. */
const mostObjects = 1_024;
const mostKeyBytes = 2_048;
/** Drafts that this process has begun: two of one object are two files. */
let drafts = 0;

/**
 * Keeps fetched objects across restarts: one file each, named by the hash of its key, with the key, a line feed and the bytes.
 * Its objects are no more trusted than those from the network: the judge checks who signed them.
 */
export class DiskCache {
  readonly #directory: string;
  readonly #extension: string;

  /**
   * @param directory - created where it does not exist
   * @param kind - extension of the files; each kind has its own limit, so that many small objects do not displace large ones
   */
  constructor(directory: string, kind: 'object' | 'ocsp' | 'issuer') {
    this.#directory = directory;
    this.#extension = `.${kind}`;
  }

  /**
   * @param maxBytes - larger files are skipped
   * @returns all objects that can be read
   */
  async all(maxBytes: number): Promise<readonly CachedObject[]> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const found: CachedObject[] = [];
    for (const name of (await this.#names()).slice(0, mostObjects)) {
      const path = join(this.#directory, name);
      const status = await stat(path).catch(() => undefined);
      if (status === undefined || !status.isFile() || status.size > maxBytes + mostKeyBytes) continue;
      const bytes = await readFile(path).catch(() => undefined);
      const end = bytes?.subarray(0, mostKeyBytes + 1).indexOf(0x0a) ?? -1;
      if (bytes === undefined || end < 0) continue;
      const key = bytes.toString('latin1', 0, end);
      if (name === this.#nameOf(key)) found.push({ key, bytes: bytes.subarray(end + 1) });
    }
    return found;
  }

  /**
   * @param key - the request that the object answers
   * @param bytes - the object
   */
  async keep(key: string, bytes: Uint8Array): Promise<void> {
    if (key.length > mostKeyBytes || key.includes('\n')) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#makeRoom();
    const path = join(this.#directory, this.#nameOf(key));
    // Written under another name and renamed, so that a crash leaves the old object or the new one.
    const draft = `${path}.${process.pid}.${++drafts}.part`;
    // Of an earlier process with our id, or a link: it is removed, and nothing is written through it.
    await rm(draft, { force: true });
    const content = Buffer.concat([Buffer.from(`${key}\n`, 'latin1'), bytes]);
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  }

  async #makeRoom(): Promise<void> {
    const names = await this.#names();
    if (names.length < mostObjects) return;
    let oldest: { path: string; at: number } | undefined;
    for (const name of names) {
      const path = join(this.#directory, name);
      const at = (await stat(path)).mtimeMs;
      if (oldest === undefined || at < oldest.at) oldest = { path, at };
    }
    if (oldest !== undefined) await unlink(oldest.path);
  }

  async #names(): Promise<readonly string[]> {
    return (await readdir(this.#directory)).filter((name) => name.endsWith(this.#extension));
  }

  #nameOf(key: string): string {
    return `${createHash('sha256').update(key).digest('hex')}${this.#extension}`;
  }
}
