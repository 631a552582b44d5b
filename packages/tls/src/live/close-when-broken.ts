import type { TLSSocket } from 'node:tls';
import { type RejectionOf, reject } from '@entente/trust';

const ofOpenSsl = 'ERR_SSL_';

/**
 * Closes a connection of TLS whose peer breaks the protocol after the handshake. The platform emits an error and leaves the connection open: what the
 * peer sends from then on comes to nobody, and is kept as long as the connection lives, 200 MB in a second.
 * @param socket - its handshake is done, or about to be; with this listener an error does not end the process while its owner has none
 * @param onBroken - called before it is closed where what came is not TLS; not where the peer has gone away, or has said by an alert that it does
 */
export function closeWhenBroken(
  socket: TLSSocket,
  onBroken: (rejection: RejectionOf<'tls-broken'>) => void,
): void {
  socket.on('error', (error) => {
    const rejection = brokenBy(error);
    if (rejection !== undefined) onBroken(rejection);
    socket.destroy();
  });
}

function brokenBy({ code }: { readonly code?: unknown }): RejectionOf<'tls-broken'> | undefined {
  // A DOMException, such as the reason of an AbortSignal, has a number.
  if (typeof code !== 'string' || !code.startsWith(ofOpenSsl) || code.includes('ALERT')) return undefined;
  return reject('tls-broken', { error: code.slice(ofOpenSsl.length) });
}
