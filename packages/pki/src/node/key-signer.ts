import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { PkiFault } from '../ground/fault.ts';
import type { SignatureScheme, Signer } from '../ground/signer.ts';

/**
 * Creates a signer from a private key in this process.
 * @param key - ECDSA on P-256, P-384 or P-521, RSA of at least 2048 bits, or Ed25519
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED`
 */
export function keySigner(key: KeyObject): Signer {
  const scheme = schemeOf(key);
  const digest = { 'rsa-pkcs1-sha256': 'sha256', ed25519: null }[scheme as string];
  const algorithm = digest === undefined ? scheme.slice('ecdsa-with-'.length) : digest;
  return {
    scheme,
    publicKey: new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    sign: (bytes) => sign(algorithm, bytes, key),
  };
}

const curves: Readonly<Record<string, SignatureScheme>> = {
  prime256v1: 'ecdsa-with-sha256',
  secp384r1: 'ecdsa-with-sha384',
  secp521r1: 'ecdsa-with-sha512',
};
const minRsaBits = 2048;

function schemeOf(key: KeyObject): SignatureScheme {
  const { namedCurve, modulusLength } = key?.asymmetricKeyDetails ?? {};
  const kind = key?.type === 'private' ? key.asymmetricKeyType : 'not a private key';
  if (kind === 'ec' && namedCurve !== undefined && curves[namedCurve] !== undefined)
    return curves[namedCurve];
  if (kind === 'rsa' && (modulusLength ?? 0) >= minRsaBits) return 'rsa-pkcs1-sha256';
  if (kind === 'ed25519') return 'ed25519';
  throw new PkiFault('ENTENTE_PKI_KEY_UNSUPPORTED', {
    sentence: `expected a private key on P-256, P-384 or P-521, RSA of at least ${minRsaBits} bits, or Ed25519, found ${kind} ${namedCurve ?? modulusLength ?? ''}`,
    place: 'key of a signer',
    remedy: 'use a key of one of these kinds',
  });
}
