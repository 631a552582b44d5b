import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { checkOptions } from '../ground/check-options.ts';
import { type AuthorityName, distinguishedName } from './authority-name.ts';
import { signingAlgorithmOf } from './key-algorithm.ts';

/** Options of {@link createAuthorityRequest}. */
export interface AuthorityRequestOptions {
  /** Subject of the request. */
  readonly name: AuthorityName;
  /** Public key of the request, and the private key that signs it as proof of possession. */
  readonly keys: webcrypto.CryptoKeyPair;
  /** The provider that holds the keys. */
  readonly crypto: webcrypto.Crypto;
}

/**
 * Creates the request of an issuing authority to the root: its name and key, signed with that key.
 * @param options - name and keys
 * @returns PKCS#10, DER
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED`
 * @see RFC 2986
 */
export async function createAuthorityRequest(options: AuthorityRequestOptions): Promise<Uint8Array> {
  checkOptions(options, ['name', 'keys', 'crypto'], [], 'createAuthorityRequest');
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: distinguishedName(options.name),
      keys: options.keys,
      signingAlgorithm: signingAlgorithmOf(options.keys.privateKey),
    },
    options.crypto,
  );
  return new Uint8Array(request.rawData);
}
