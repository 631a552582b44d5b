import type { TLSSocket } from 'node:tls';
import type { Protection } from './peer.ts';

const suitesOfTls13: ReadonlySet<string> = new Set([
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]);

/**
 * What a handshake agreed on.
 *
 * @param socket - a socket whose handshake is done
 * @param mutual - whether both sides have shown a certificate
 */
export function protectionOf(socket: TLSSocket, mutual: boolean): Protection {
  const { name } = socket.getCipher();
  return {
    protection: mutual ? 'MTLS' : 'TLS',
    // Suites of TLS 1.3 alone are named without key exchange (RFC 8446 §B.4); asking OpenSSL again is not free.
    protocol: suitesOfTls13.has(name) ? 'TLSv1.3' : (socket.getProtocol() ?? 'unknown'),
    cipher: name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
  };
}
