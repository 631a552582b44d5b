import { type AlgorithmIdentifier, createAlgorithm, oids } from '@entente/x509';
import type { SignatureScheme } from './signer.ts';

/** RSA has NULL parameters, ECDSA and Ed25519 have none (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3). */
const identifiers: Readonly<Record<SignatureScheme, AlgorithmIdentifier>> = {
  'ecdsa-with-sha256': createAlgorithm(oids.ecdsaWithSHA256),
  'ecdsa-with-sha384': createAlgorithm(oids.ecdsaWithSHA384),
  'ecdsa-with-sha512': createAlgorithm(oids.ecdsaWithSHA512),
  'rsa-pkcs1-sha256': createAlgorithm(oids.sha256WithRSAEncryption, 'null'),
  ed25519: createAlgorithm(oids.ed25519),
};

/**
 * The AlgorithmIdentifier of a scheme.
 * @param scheme - how an authority's key signs
 */
export function signatureAlgorithm(scheme: SignatureScheme): AlgorithmIdentifier {
  return identifiers[scheme];
}
