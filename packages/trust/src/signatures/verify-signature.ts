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
  const how = verification(signed, key);
  if (how === undefined) return false;
  try {
    return verify(how.digest, signed.tbs, how.key, signed.signature);
  } catch {
    // `node:crypto` throws for signatures that it cannot parse.
    return false;
  }
}

/**
 * The same in a thread of the platform's pool, for callers that have other work meanwhile.
 *
 * @param signed - as in {@link verifySignature}
 * @param key - as in {@link verifySignature}
 */
export function verifySignatureInPool(signed: Signed, key: VerificationKey): Promise<boolean> {
  const how = verification(signed, key);
  if (how === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      verify(how.digest, signed.tbs, how.key, signed.signature, (error, verifies) =>
        resolve(error === null && verifies),
      );
    } catch {
      resolve(false);
    }
  });
}

/** What `node:crypto` is called with; undefined where nothing can verify. */
function verification(signed: Signed, key: VerificationKey) {
  const algorithm = signatureAlgorithm(signed.signatureAlgorithm);
  if (algorithm === undefined || key.object === undefined) return undefined;
  // Without this an EC key would verify what claims to be RSA: `node:crypto` goes by the key alone.
  if (!algorithm.keys.includes(key.info.kind)) return undefined;
  const { digest, saltLength } = algorithm;
  if (saltLength === undefined) return { digest, key: key.object };
  return { digest, key: { key: key.object, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } };
}
