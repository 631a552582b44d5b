import type { TLSSocket } from 'node:tls';
import { type RejectionOf, reject } from '@entente/trust';
import { isTrustError, TrustError } from './fault.ts';

/** OpenSSL's name of an alert that the other side sent: `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED` and the like. */
const alertCode = 'ERR_SSL_';

/**
 * Tells whether an error is the other side's refusal: a TLS alert, or a close right after the handshake.
 *
 * @param error - error of a socket, a request or `connect`
 * @returns the rejection with reason `peer-refused`, or undefined
 */
export function refusedByPeer(error: unknown): RejectionOf<'peer-refused'> | undefined {
  if (isTrustError(error)) return error.rejection.reason === 'peer-refused' ? error.rejection : undefined;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string' || !code.startsWith(alertCode) || !code.includes('ALERT')) return undefined;
  return reject('peer-refused', { error: code.slice(alertCode.length) });
}

/** What ends the watch early. */
export interface RefusalWatch {
  /** Called once when the other side closes within the window without having sent anything. */
  refused(error: TrustError): void;
  readonly place: string;
  readonly windowMs: number;
}

/**
 * A TLS 1.3 client is done before the server has judged it: the refusal arrives later, as a close. Turns a close that comes
 * within the window, before the first byte, into an error that says so.
 *
 * @param socket - a client socket that has just been admitted
 * @param watch - the window and who is told
 */
export function watchForRefusal(socket: TLSSocket, watch: RefusalWatch): void {
  // `push` is where the handle delivers bytes and the end (node:internal/stream_base_commons). A listener for 'data' would
  // start the flow before the owner is there to read; one for 'end' would never be called where nobody reads.
  const push = socket.push;
  const stop = () => {
    clearTimeout(timer);
    socket.removeListener('error', failed);
    if (socket.push === watching) socket.push = push;
  };
  const tell = (cause?: unknown) => {
    const seen = (cause as NodeJS.ErrnoException | undefined)?.code;
    const error = new TrustError(
      refusedByPeer(cause) ?? reject('peer-refused', seen === undefined ? {} : { error: seen }),
      watch.place,
      undefined,
      cause,
    );
    stop();
    watch.refused(error);
    return error;
  };
  const watching: typeof push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk === null && !socket.writableEnded) {
      socket.destroy(tell());
      return false;
    }
    stop();
    return push.call(socket, chunk, encoding);
  };
  const failed = (error: Error) => {
    if (!isTrustError(error) && endedByPeer(error)) tell(error);
  };
  const timer = setTimeout(stop, watch.windowMs);
  timer.unref();
  socket.push = watching;
  socket.prependListener('error', failed);
  socket.once('close', stop);
}

function endedByPeer(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || refusedByPeer(error) !== undefined;
}
