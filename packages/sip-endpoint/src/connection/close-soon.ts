import type { TLSSocket } from 'node:tls';

/** Milliseconds that a closing connection has to take what waits for it. */
const closingMs = 5_000;

/** Closes once what waits has been taken: a peer that takes nothing would keep the socket and what waits in it for ever. */
export function closeSoon(socket: TLSSocket): void {
  socket.end();
  socket.destroySoon();
  const giveUp = setTimeout(() => socket.destroy(), closingMs);
  giveUp.unref();
  socket.once('close', () => clearTimeout(giveUp));
}
