import { constants, verify } from 'node:crypto';
import type { Signed } from '@entente/x509';
import type { VerificationKey } from './public-key.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

/**
 * Checks one signature with the platform's crypto, synchronously.
 *
 * @param signed - certificate, CRL or OCSP response
 * @param key - the issuer's key
 * @returns whether it verifies; false also for an algorithm that does not go with the key
 */
export function verifySignature(signed: Signed, key: VerificationKey): boolean {
  const algorithm = signatureAlgorithm(signed.signatureAlgorithm);
  if (algorithm === undefined || key.object === undefined) return false;
  // Without this an EC key would happily verify what claims to be RSA: the platform goes by the key alone.
  if (!algorithm.keys.includes(key.info.kind)) return false;
  try {
    if (algorithm.saltLength === undefined) {
      return verify(algorithm.digest, signed.tbs, key.object, signed.signature);
    }
    return verify(
      algorithm.digest,
      signed.tbs,
      {
        key: key.object,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: algorithm.saltLength,
      },
      signed.signature,
    );
  } catch {
    // The platform throws for signatures it cannot even parse.
    return false;
  }
}
