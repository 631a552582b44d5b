import { createServer, type Server } from 'node:net';
import { type Shape, text, wholeNumber } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';
import { checks } from '../options/checks.ts';

const noSuchAddress = 'give an address of this machine as host, or leave host out to listen on all of them';
const listenRemedies: Readonly<Record<string, string>> = {
  EACCES: 'use a port above 1023, or grant this user the right to bind',
  EADDRINUSE: 'stop the other process, or choose another address or port',
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
};

/** Where a listener listens. */
export interface ListenPlace {
  /** Address. Default: every address of the machine. */
  readonly host?: string;
  /** 0 to 65535; 0 takes a free one. Default 0. */
  readonly port?: number;
}

/** Rules of {@link ListenPlace}. */
export const listenShape: Shape<ListenPlace> = { host: text, port: wholeNumber(0, 65_535) };

/**
 * Listens, and says what is wrong where that cannot be.
 *
 * @param server - that does not listen yet
 * @param options - where
 * @throws TlsFault `ENTENTE_LISTEN_FAILED`
 */
export function listen(server: Server, options: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const place = `${options.host ?? '*'}:${options.port ?? 0}`;
      reject(
        new TlsFault('ENTENTE_LISTEN_FAILED', {
          sentence:
            cause.code === 'EADDRINUSE'
              ? 'expected a free port, found one that another process listens on'
              : `expected to listen, found ${cause.code ?? cause.message}`,
          place,
          remedy: listenRemedies[cause.code ?? ''] ?? 'choose another address or port',
          cause,
        }),
      );
    };
    server.once('error', failed);
    server.listen(
      { port: options.port ?? 0, ...(options.host === undefined ? {} : { host: options.host }) },
      () => {
        server.removeListener('error', failed);
        resolve();
      },
    );
  });
}

/**
 * Holds a port until it is disposed of, and answers nobody there: for a program that must not write anything where `serve` could not listen
 * afterwards. Dispose of it before `serve`.
 *
 * @param place - as in the options of `serve`
 * @throws TlsFault `ENTENTE_OPTION_INVALID` and `ENTENTE_LISTEN_FAILED`, as `serve` does
 */
export async function holdPort(place: ListenPlace): Promise<AsyncDisposable> {
  const read = checks.read(place, listenShape, 'holdPort');
  const server = createServer((socket) => void socket.destroy());
  await listen(server, read);
  return {
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
