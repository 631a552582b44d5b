import { createPublicKey, type KeyObject } from 'node:crypto';
import type { AdministratorKey } from './document.ts';

/**
 * Reads an administrator's public key.
 *
 * @returns undefined where it is not a key for its algorithm (P-256 for ES256, Ed25519 for EdDSA)
 */
export function publicKeyOf(key: AdministratorKey): KeyObject | undefined {
  let parsed: KeyObject;
  try {
    parsed = createPublicKey({ key: Buffer.from(key.publicKey, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
  if (key.algorithm === 'EdDSA') return parsed.asymmetricKeyType === 'ed25519' ? parsed : undefined;
  const curve = parsed.asymmetricKeyDetails?.namedCurve;
  return parsed.asymmetricKeyType === 'ec' && curve === 'prime256v1' ? parsed : undefined;
}

/**
 * What makes two keys the same, however each is encoded: an EC point has more than one encoding.
 *
 * @returns undefined where it is not a key for its algorithm
 */
export function publicKeyIdentity(key: AdministratorKey): string | undefined {
  const { crv, x, y } = publicKeyOf(key)?.export({ format: 'jwk' }) ?? {};
  return crv === undefined ? undefined : `${crv} ${x} ${y ?? ''}`;
}
