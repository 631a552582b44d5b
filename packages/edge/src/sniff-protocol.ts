import type { TLSSocket } from 'node:tls';

/** Milliseconds within which a client must send its first octets. */
const silenceMs = 10_000;
const httpMethods = ['GET ', 'HEAD '];
const longestMethod = 5;

/**
 * Sniffs the protocol of a connection, HTTP or SIP on one port, by its first octets: no SIP method is called GET or HEAD. The socket
 * is handed on with nothing read from it.
 * @param socket - just admitted
 * @param to - takes the socket
 */
export function sniffProtocol(
  socket: TLSSocket,
  to: { readonly http: (socket: TLSSocket) => void; readonly sip: (socket: TLSSocket) => void },
): void {
  const silent = () => socket.destroy();
  const failed = () => socket.destroy();
  let held = Buffer.alloc(0);
  const ready = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      // The other side has ended without an octet, or the octets are still to come.
      if (socket.readableEnded) socket.destroy();
      return;
    }
    held = Buffer.concat([held, chunk]);
    const words = held.toString('latin1', 0, longestMethod);
    const isHttp = httpMethods.some((method) => words.startsWith(method));
    if (!isHttp && httpMethods.some((method) => method.startsWith(words))) return;
    socket.off('readable', ready);
    socket.off('timeout', silent);
    socket.off('error', failed);
    socket.setTimeout(0);
    socket.unshift(held);
    if (isHttp) to.http(socket);
    else to.sip(socket);
  };
  socket.setTimeout(silenceMs);
  socket.on('timeout', silent);
  socket.on('error', failed);
  socket.on('readable', ready);
}
