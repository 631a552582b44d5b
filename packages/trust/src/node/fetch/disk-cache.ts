import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An object that was fetched in an earlier run. */
export interface CachedObject {
  readonly url: string;
  readonly bytes: Uint8Array;
}

/** Objects kept; the oldest goes first. */
const mostObjects = 1_024;
const mostUrlBytes = 2_048;

/**
 * Keeps fetched objects over a restart: one file each, named by the hash of the URL, holding the URL, a line feed and the bytes.
 * What it gives back is as little believed as what comes from the network: the judge checks who signed it.
 */
export class DiskCache {
  readonly #directory: string;

  /** @param directory - made when it is not there */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * @param maxBytes - larger files are skipped
   * @returns everything that can be read
   */
  async all(maxBytes: number): Promise<readonly CachedObject[]> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const found: CachedObject[] = [];
    for (const name of (await readdir(this.#directory)).slice(0, mostObjects)) {
      if (!name.endsWith('.object')) continue;
      const path = join(this.#directory, name);
      const status = await stat(path).catch(() => undefined);
      if (status === undefined || !status.isFile() || status.size > maxBytes + mostUrlBytes) continue;
      const bytes = await readFile(path).catch(() => undefined);
      const end = bytes?.subarray(0, mostUrlBytes).indexOf(0x0a) ?? -1;
      if (bytes === undefined || end < 0) continue;
      const url = bytes.toString('latin1', 0, end);
      if (name === nameOf(url)) found.push({ url, bytes: bytes.subarray(end + 1) });
    }
    return found;
  }

  /**
   * @param url - where the object came from
   * @param bytes - the object
   */
  async keep(url: string, bytes: Uint8Array): Promise<void> {
    if (url.length > mostUrlBytes || url.includes('\n')) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#makeRoom();
    const path = join(this.#directory, nameOf(url));
    // Written beside and renamed, so that a crash leaves the old object or the new one.
    const draft = `${path}.${process.pid}.part`;
    await writeFile(draft, Buffer.concat([Buffer.from(`${url}\n`, 'latin1'), bytes]), { mode: 0o600 });
    await rename(draft, path);
  }

  async #makeRoom(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.object'));
    if (names.length < mostObjects) return;
    let oldest: { path: string; at: number } | undefined;
    for (const name of names) {
      const path = join(this.#directory, name);
      const at = (await stat(path)).mtimeMs;
      if (oldest === undefined || at < oldest.at) oldest = { path, at };
    }
    if (oldest !== undefined) await unlink(oldest.path);
  }
}

function nameOf(url: string): string {
  return `${createHash('sha256').update(url).digest('hex')}.object`;
}
