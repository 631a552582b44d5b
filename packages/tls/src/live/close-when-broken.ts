import type { TLSSocket } from 'node:tls';

/**
 * Closes a connection of TLS whose peer breaks the protocol after the handshake. The platform emits an error and leaves the connection open: what the
 * peer sends from then on comes to nobody, and is kept as long as the connection lives, 200 MB in a second.
 * @param socket - its handshake is done, or about to be; with this listener an error does not end the process while its owner has none
 */
export function closeWhenBroken(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
}
