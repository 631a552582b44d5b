import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Credential } from '@entente/tls';

/**
 * Whether the connection of a request shows our certificate of now: one that was made before a renewal shows the one before, until it is
 * closed.
 * @param incoming - a request that we received over TLS
 * @param identity - our certificate
 */
export function showsCurrent({ socket }: Pick<IncomingMessage, 'socket'>, identity: Credential): boolean {
  const shown = (socket as TLSSocket).getX509Certificate();
  return shown?.raw.equals(identity.current.leaf.der) === true;
}
