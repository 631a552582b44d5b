import { open, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Bytes that the path of a socket may have everywhere. */
const maxPathBytes = 100;

/** Name of the socket of a process in the directory that it uses. */
export const signName = (id: string): string => `process.${id}.sock`;

/** Such a name. */
export const signPattern = /^process\.[0-9a-f]{12}\.sock$/;

/** @param name - such a name */
export const idOfSign = (name: string): string => name.slice('process.'.length, -'.sock'.length);

/**
 * Shows that this process runs, also to processes that see another set of process numbers, as in another container: a socket in the directory
 * that they share takes connections until the process ends, however it ends.
 * @param directory - exists
 * @param id - of the process
 * @returns ends it; undefined where the file system has no sockets
 */
export async function showLife(directory: string, id: string): Promise<AsyncDisposable | undefined> {
  const server = createServer((socket) => socket.destroy());
  const isThere = await throughPath(directory, id, (path) => listening(server, path));
  if (isThere !== true) return undefined;
  server.on('error', () => {});
  // What runs keeps the process alive; this alone does not.
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(join(directory, signName(id)), { force: true });
    },
  };
}

/**
 * Looks whether the process runs that has shown it.
 * @param directory - which both use
 * @param id - of that process
 */
export async function showsLife(directory: string, id: string): Promise<boolean> {
  return (await throughPath(directory, id, takesConnections)) === true;
}

function listening(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(path, () => resolve(true));
  });
}

function takesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // It has as many connections as wait at most: somebody is there who takes them.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EAGAIN'));
  });
}

/** Calls with a path that is short enough for a socket, where the system has one. */
async function throughPath(
  directory: string,
  id: string,
  call: (path: string) => Promise<boolean>,
): Promise<boolean | undefined> {
  // Names of pipes of Windows are in no directory.
  if (process.platform === 'win32') return undefined;
  const path = join(directory, signName(id));
  if (Buffer.byteLength(path) <= maxPathBytes) return call(path);
  if (process.platform !== 'linux') return undefined;
  const handle = await open(directory);
  try {
    return await call(`/proc/self/fd/${handle.fd}/${signName(id)}`);
  } finally {
    await handle.close();
  }
}
