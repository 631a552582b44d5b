import type { TLSSocket } from 'node:tls';
import type { Protection } from './peer.ts';

/**
 * What a handshake agreed on.
 *
 * @param socket - a socket whose handshake is done
 * @param mutual - whether both sides have shown a certificate
 */
export function protectionOf(socket: TLSSocket, mutual: boolean): Protection {
  return {
    protection: mutual ? 'MTLS' : 'TLS',
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
  };
}
