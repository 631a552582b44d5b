import { constants, verify } from 'node:crypto';
import type { Signed } from '@entente/x509';
import type { VerificationKey } from './public-key.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

/**
 * Verifies one signature with `node:crypto`, synchronously.
 *
 * @param signed - certificate, CRL or OCSP response
 * @param key - the issuer's key
 * @returns whether it verifies; false also for an algorithm that does not fit the key
 */
export function verifySignature(signed: Signed, key: VerificationKey): boolean {
  const algorithm = signatureAlgorithm(signed.signatureAlgorithm);
  if (algorithm === undefined || key.object === undefined) return false;
  // Without this an EC key would verify what claims to be RSA: `node:crypto` goes by the key alone.
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
    // `node:crypto` throws for signatures that it cannot parse.
    return false;
  }
}
