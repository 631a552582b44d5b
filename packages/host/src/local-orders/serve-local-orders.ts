import { rm } from 'node:fs/promises';
import net from 'node:net';
import { describeFault } from '../fault.ts';
import { type After, afterTime } from './call-later.ts';
import type { LocalAnswer } from './local-answer.ts';
import { maxPathBytes, readLine } from './read-line.ts';

/** What local orders are served with. */
export interface LocalOrderOptions {
  /**
   * Path of the socket, in a folder that only the owner of the process may enter: who reaches it may order. One that an earlier run has left
   * is removed, so the caller must know that no other process serves it.
   */
  readonly path: string;
  /**
   * Carries out an order. A fault is answered as one.
   * @param order - hostile: anything that is JSON
   */
  readonly handle: (order: unknown) => Promise<object>;
  /** Calls something after milliseconds, and returns what stops that; default the system's timers. */
  readonly after?: After;
}

/** Most orders at once; they come from people on this machine. */
const maxConnections = 4;
/** Bits of a mode that are taken away: all of others, and execution. */
const othersMask = 0o177;
const maxOrderBytes = 16_384;
const orderTimeoutMs = 10_000;
/** Milliseconds between two signs of life. */
const signMs = 5_000;

/**
 * Takes orders from the same machine, over a Unix domain socket with mode 0600: one line of JSON each way; before the answer a space every 5
 * seconds, as long as the server works. The rights of the folder are what admits; nothing of it is reachable over a network.
 * @param options - the socket, and who carries out orders
 * @returns stops it
 * @throws Error of the file system, e.g. where the path is too long for a socket
 */
export async function serveLocalOrders({
  after = afterTime,
  handle,
  path,
}: LocalOrderOptions): Promise<AsyncDisposable> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new Error(`the path of the socket has more than ${maxPathBytes} bytes: ${path}`);
  }
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => {});
    void readLine(socket, maxOrderBytes, orderTimeoutMs)
      .then(async (line) => {
        if (line === undefined) return;
        const stop = showLife(socket, after);
        const answer = await answerTo(line, handle);
        stop();
        socket.write(`${JSON.stringify(answer)}\n`);
      })
      .finally(() => socket.end());
  });
  server.maxConnections = maxConnections;
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket is created in this call, with its mode: one that were changed afterwards, others could have connected to before.
    const umask = process.umask(othersMask);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(umask);
    }
  });
  // What runs keeps the process alive; waiting for orders alone does not.
  server.unref();
  return {
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
      await rm(path, { force: true });
    },
  };
}

/**
 * JSON may have spaces before it, so that a client of a release that knows no signs reads the answer as well.
 * @returns stops it
 */
function showLife(socket: net.Socket, after: After): () => void {
  let stop: () => void;
  const wait = () => {
    stop = after(signMs, () => {
      socket.write(' ');
      wait();
    });
  };
  wait();
  return () => stop();
}

async function answerTo(line: string, handle: LocalOrderOptions['handle']): Promise<LocalAnswer> {
  try {
    return { ok: true, answer: await handle(JSON.parse(line)) };
  } catch (error) {
    const known = describeFault(error, 'the order');
    const { message } = error as Error;
    const unknown = {
      code: 'ENTENTE_ORDER_FAILED',
      sentence: message,
      place: 'the order',
      remedy: 'see the log of the server',
    };
    const { code, place, remedy, sentence } = known ?? unknown;
    return { ok: false, fault: { code, place, remedy, sentence } };
  }
}
