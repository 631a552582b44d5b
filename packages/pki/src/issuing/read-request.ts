import type { CertificationRequest } from '@entente/x509';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import { decodeRequest } from './decode-request.ts';
import { isAllowedKey } from './lint.ts';
import { provesPossession } from './proof-of-possession.ts';

/**
 * Reads a request, and checks its key and that the requester holds it.
 * @param der - PKCS#10
 * @returns the request, or why it is refused
 */
export function readRequest(der: Uint8Array): CertificationRequest | PkiRefusal {
  const decoded = decodeRequest(der);
  if ('reason' in decoded) return decoded;
  const { publicKey } = decoded;
  if (!isAllowedKey(publicKey)) {
    return refuse(
      'key-not-allowed',
      `expected a P-256, P-384 or RSA key of at least 2048 bits, found ${publicKey.kind} of ${publicKey.sizeBits} bits`,
      'generate a key of an allowed kind',
    );
  }
  if (!provesPossession(decoded)) {
    return refuse(
      'possession-not-proven',
      'the request is not signed with the private half of its key',
      'sign the request with its own key, with SHA-256 or stronger',
    );
  }
  return decoded;
}
