import type { TLSSocket } from 'node:tls';
import { WatchEmptyOctets } from '../live/watch-empty-octets.ts';

const watched = new Set<TLSSocket>();
/** What is done with each of them. */
const overOf = new WeakMap<TLSSocket, () => void>();
let watch: WatchEmptyOctets | undefined;

/**
 * Watches a connection that was dialled here for as long as it is open: the other end may send TLS that carries nothing, too.
 * @param socket - was admitted, and nothing was read from it yet
 * @param onOver - called where more has come than may
 */
export function watchDialled(socket: TLSSocket, onOver: () => void): void {
  if (socket.destroyed) return;
  watch ??= new WatchEmptyOctets(watched, (over) => overOf.get(over)?.());
  watched.add(socket);
  overOf.set(socket, onOver);
  watch.begin(socket);
  socket.once('close', () => {
    watched.delete(socket);
    if (watched.size > 0) return;
    watch?.stop();
    watch = undefined;
  });
}
