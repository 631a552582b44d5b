import { createPublicKey, verify } from 'node:crypto';
import { type Certificate, decodeCertificate } from '@entente/x509';
import { PkiFault } from './fault.ts';
import { issuerId } from './issuer-id.ts';
import type { Signer } from './signer.ts';

/** An authority that can sign: its certificate, its key, and its chain. */
export interface Issuer {
  /** See `issuerId`. */
  readonly id: string;
  /** That of the authority: `createIssuer` accepts only one with cA, keyCertSign and a key identifier. */
  readonly certificate: Certificate;
  /** The private key to `certificate`, wherever it is kept. */
  readonly signer: Signer;
  /** Its own certificate and those above it, without the root. DER. Empty for a root. */
  readonly chain: readonly Uint8Array[];
}

/**
 * Creates an issuer from its parts and checks that they fit: with the wrong key it would sign certificates that no peer accepts.
 * @param certificate - of the authority, DER
 * @param signer - its key
 * @param chain - the certificates between a leaf and the root, DER; default: the certificate itself, and none for a root
 * @returns the issuer
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if the certificate is not that of an authority,
 * `ENTENTE_PKI_KEY_MISMATCH` if the key does not belong to it
 */
export async function createIssuer(
  certificate: Uint8Array,
  signer: Signer,
  chain?: readonly Uint8Array[],
): Promise<Issuer> {
  const decoded = decodeCertificate(certificate);
  const isAuthority =
    decoded.ok && decoded.value.basicConstraints?.cA === true && decoded.value.keyUsage?.keyCertSign === true;
  if (!decoded.ok || !isAuthority || decoded.value.subjectKeyId === undefined) {
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: decoded.ok
        ? `${decoded.value.subject.toString()} is not an authority: cA, keyCertSign or a key identifier is missing`
        : `the authority's certificate cannot be read: ${decoded.error.message}`,
      place: 'certificate of the issuer',
      remedy:
        'put the certificate back that was created with the authority: from a copy of its folder, or with entente ca restore from the last backup',
    });
  }
  const { value } = decoded;
  const probe = Buffer.from('Entente: does this key belong to this certificate?');
  const signature = await signer.sign(probe);
  const key = createPublicKey({ key: Buffer.from(value.publicKey.der), format: 'der', type: 'spki' });
  if (!verify(digestOf(signer), probe, key, signature)) {
    throw new PkiFault('ENTENTE_PKI_KEY_MISMATCH', {
      sentence: `the key does not belong to the certificate of ${value.subject.toString()}`,
      place: 'key of the issuer',
      remedy:
        'put the key back that was created with the certificate: from a copy of the folder, or with entente ca restore from the last backup',
    });
  }
  const selfIssued = value.subject.canonical === value.issuer.canonical;
  return {
    id: issuerId(value.publicKey.der),
    certificate: value,
    signer,
    chain: chain ?? (selfIssued ? [] : [value.der]),
  };
}

function digestOf(signer: Signer): string | null {
  switch (signer.scheme) {
    case 'ecdsa-with-sha256':
    case 'rsa-pkcs1-sha256':
      return 'sha256';
    case 'ecdsa-with-sha384':
      return 'sha384';
    case 'ecdsa-with-sha512':
      return 'sha512';
    case 'ed25519':
      return null;
  }
}
