import type { TLSSocket } from 'node:tls';
import { type RejectionOf, reject } from '@entente/trust';
import { isTrustError, TrustError } from '../fault/fault.ts';

/** Prefix of the codes that Node gives to errors of OpenSSL, e.g. `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED` for an alert. */
const alertCode = 'ERR_SSL_';

/**
 * Recognises a refusal by the peer: a TLS alert, or a close right after the handshake.
 *
 * @param error - error of a socket, a request or `connect`
 * @returns the rejection with reason `peer-refused`; undefined for any other error
 */
export function refusedByPeer(error: unknown): RejectionOf<'peer-refused'> | undefined {
  if (isTrustError(error)) return error.rejection.reason === 'peer-refused' ? error.rejection : undefined;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string' || !code.startsWith(alertCode) || !code.includes('ALERT')) return undefined;
  return reject('peer-refused', { error: code.slice(alertCode.length) });
}

/** Options of {@link watchForRefusal}. */
export interface RefusalWatch {
  /** Called once, when the server closes within the window without having sent a byte. */
  refused(error: TrustError): void;
  readonly place: string;
  readonly windowMs: number;
}

/**
 * Turns a close by the server within a time window, before its first byte, into a refusal. With TLS 1.3 the handshake of a client
 * ends before the server has judged its certificate, so a refusal arrives as a close or an alert after it (RFC 8446 §2).
 *
 * @param socket - a client socket that has just been admitted
 * @param watch - the window, and what to call
 */
export function watchForRefusal(socket: TLSSocket, watch: RefusalWatch): void {
  // The handle delivers bytes and the end through `push` (node:internal/stream_base_commons). A listener for 'data' would start
  // the flow before the caller reads; one for 'end' is not called where nothing reads.
  const push = socket.push;
  let isOver = false;
  const written = socket.bytesWritten;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    socket.removeListener('error', failed);
    if (socket.push === watching) socket.push = push;
  };
  const tell = (cause?: unknown) => {
    const seen = (cause as NodeJS.ErrnoException | undefined)?.code;
    const error = new TrustError(
      refusedByPeer(cause) ??
        reject('peer-refused', {
          ...(seen === undefined ? {} : { error: seen }),
          // Without an alert nothing says whether it was our certificate or what was sent that the server did not like.
          ...(socket.bytesWritten > written ? { sent: true } : {}),
        }),
      watch.place,
      undefined,
      cause,
    );
    stop();
    watch.refused(error);
    return error;
  };
  const watching: typeof push = (chunk: unknown, encoding?: BufferEncoding) => {
    // It cannot be taken away where somebody has put a `push` of their own in front of it.
    if (isOver) return push.call(socket, chunk, encoding);
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
