import type { TLSSocket } from 'node:tls';
import type { Protection } from './peer.ts';

const suitesOfTls13: ReadonlySet<string> = new Set([
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]);

/**
 * Gives what a handshake negotiated.
 *
 * @param socket - a socket whose handshake is done
 * @param mutual - whether both sides have presented a certificate
 */
export function protectionOf(socket: TLSSocket, mutual: boolean): Protection {
  const { name } = socket.getCipher();
  return {
    protection: mutual ? 'MTLS' : 'TLS',
    // Only suites of TLS 1.3 are named without a key exchange (RFC 8446 §B.4), which saves another call into OpenSSL.
    protocol: suitesOfTls13.has(name) ? 'TLSv1.3' : (socket.getProtocol() ?? 'unknown'),
    cipher: name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
  };
}
