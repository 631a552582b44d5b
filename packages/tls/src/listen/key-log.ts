import { createWriteStream } from 'node:fs';
import type { Server } from 'node:tls';

/**
 * Appends the secrets of every connection to a file that only this user can read.
 *
 * @param server - the listener
 * @param path - the file; its format is NSS key log, which protocol analysers read
 * @returns a function that stops it, and resolves when everything is written
 */
export function appendKeyLog(server: Server, path: string): () => Promise<void> {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk ends the log, not the server.
  file.on('error', () => {});
  const append = (line: Buffer) => {
    file.write(line);
  };
  server.on('keylog', append);
  return () => {
    server.removeListener('keylog', append);
    if (file.closed) return Promise.resolve();
    return new Promise((resolve) => {
      file.once('close', resolve);
      file.end();
    });
  };
}
