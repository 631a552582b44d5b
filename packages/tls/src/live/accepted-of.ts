import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * The accepted connection below a TLS socket of a listener.
 * @param socket - of the listener
 * @returns undefined where the platform does not say; then a connection gives its place back at its close
 */
export function acceptedOf(socket: TLSSocket): Socket | undefined {
  return (socket as unknown as { readonly _parent?: Socket })._parent;
}
