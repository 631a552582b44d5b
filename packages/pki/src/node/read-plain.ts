import { constants, open } from 'node:fs/promises';

/** A file that somebody has brought: its content, or what was found in its place. */
export type PlainFile =
  | { readonly ok: true; readonly content: Buffer }
  | { readonly ok: false; readonly found: string };

/** Codes of what cannot be opened without waiting for somebody, or without following a link. */
const others: Readonly<Record<string, string>> = {
  ELOOP: 'a symbolic link',
  ENXIO: 'a socket',
};

/**
 * Reads a plain file of bounded size. Nothing else is opened for long, followed or waited for: who can put a file into a folder must not
 * have another one read by that, or stop the reader.
 * @param path - of the file
 * @param maxBytes - a longer file is not read
 * @returns undefined where there is none
 * @throws Error of the file system
 */
export async function readPlain(path: string, maxBytes: number): Promise<PlainFile | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const opened = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    const found = others[error.code ?? ''];
    if (found === undefined) throw error;
    return found;
  });
  if (opened === undefined) return undefined;
  if (typeof opened === 'string') return { ok: false, found: opened };
  try {
    const status = await opened.stat();
    if (!status.isFile()) return { ok: false, found: 'something other than a plain file' };
    if (status.size > maxBytes) return { ok: false, found: `a file of ${status.size} bytes` };
    // It may grow while it is read: no more than was seen.
    const content = Buffer.alloc(status.size);
    let at = 0;
    while (at < content.length) {
      const { bytesRead } = await opened.read(content, at, content.length - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return { ok: true, content: content.subarray(0, at) };
  } finally {
    await opened.close();
  }
}
