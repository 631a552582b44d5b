import type { TLSSocket } from 'node:tls';
import { acceptedOf } from './accepted-of.ts';

/**
 * How many octets have come over the connection below a TLS socket, with all that TLS adds.
 * @param socket - of a listener, or one that was dialled here
 * @returns those of its data alone where the platform does not say more
 */
export function octetsBelow(socket: TLSSocket): number {
  const dialled = (
    socket as unknown as { readonly _handle?: { readonly _parent?: { readonly bytesRead?: number } } | null }
  )._handle?._parent?.bytesRead;
  return acceptedOf(socket)?.bytesRead ?? dialled ?? socket.bytesRead;
}
