import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PresentedChain } from '@entente/trust';

/**
 * A chain that OpenSSL let through is under 100 kB; this bound only keeps a fault of the platform from looping. The judge has
 * its own, lower limit with a reason.
 */
const mostCertificates = 1_024;

/**
 * Everything the peer sent, in its order. `getPeerCertificate(true)` would cost a hundred times as much and drop alternatives.
 *
 * @param socket - a socket whose handshake is done
 * @param stapledOcsp - DER OCSPResponse that came with the handshake
 * @returns undefined when the peer showed no certificate
 */
export function presentedChain(socket: TLSSocket, stapledOcsp?: Uint8Array): PresentedChain | undefined {
  const certificates: Uint8Array[] = [];
  let at: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (at !== undefined && certificates.length < mostCertificates) {
    certificates.push(at.raw);
    at = at.issuerCertificate;
  }
  if (certificates.length === 0) return undefined;
  return stapledOcsp === undefined ? { certificates } : { certificates, stapledOcsp };
}
