import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { spkiHash } from '../../ground/issuer-id.ts';

/** The name of the signature in a backup. */
export const signatureFile = 'manifest.signature.json';

/** More is not read. */
export const maxSignatureBytes = 4_096;

const format = 'entente-backup-signature/1';

/**
 * Signs the manifest of a backup, and by that each file that it names.
 * @param manifest - as it is written
 * @param key - private, Ed25519
 * @see RFC 8032 §5.1
 */
export function signManifest(manifest: string, key: KeyObject): string {
  const publicKey = publicPartOf(key).toString('base64');
  const signature = sign(null, signedOctets(manifest), key).toString('base64');
  return `${JSON.stringify({ format, publicKey, signature }, undefined, 2)}\n`;
}

/** What becomes of a signature. */
export type SignatureVerdict =
  /** It is that of the manifest. `signer` is the hash of its key, see {@link signerOf}. */
  | { readonly ok: true; readonly signer: string }
  /** It is another one, or none at all. */
  | { readonly ok: false };

/**
 * Verifies that a manifest was signed by the key that its signature names; whose key that is, the caller decides.
 * @param manifest - hostile
 * @param text - of the signature; hostile
 */
export function verifyManifest(manifest: string, text: string): SignatureVerdict {
  try {
    const parsed = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    const { format: found, publicKey, signature } = parsed;
    if (found !== format || typeof publicKey !== 'string' || typeof signature !== 'string')
      return { ok: false };
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'ed25519') return { ok: false };
    if (!verify(null, signedOctets(manifest), key, Buffer.from(signature, 'base64'))) return { ok: false };
    return { ok: true, signer: hashOf(key) };
  } catch {
    return { ok: false };
  }
}

/**
 * Identifies the key that signs backups.
 * @param key - private
 * @returns lower-case hexadecimal SHA-256 of its SubjectPublicKeyInfo
 */
export function signerOf(key: KeyObject): string {
  return spkiHash(publicPartOf(key));
}

function publicPartOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

function hashOf(key: KeyObject): string {
  return spkiHash(key.export({ format: 'der', type: 'spki' }));
}

/** The format first: nothing else that the key may sign one day is taken for a manifest. */
function signedOctets(manifest: string): Buffer {
  return Buffer.from(`${format}\n${manifest}`);
}
