import { oids } from '@entente/x509';
import { oid, sequence } from '../der/der-writer.ts';
import type { SignatureScheme } from '../signer.ts';

const noParameters = new Uint8Array();
/** RSA has a NULL where ECDSA and Ed25519 have nothing (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3). */
const nullParameters = Uint8Array.of(0x05, 0x00);

const identifiers: Readonly<Record<SignatureScheme, Uint8Array>> = {
  'ecdsa-with-sha256': sequence(oid(oids.ecdsaWithSHA256), noParameters),
  'ecdsa-with-sha384': sequence(oid(oids.ecdsaWithSHA384), noParameters),
  'ecdsa-with-sha512': sequence(oid(oids.ecdsaWithSHA512), noParameters),
  'rsa-pkcs1-sha256': sequence(oid(oids.sha256WithRSAEncryption), nullParameters),
  ed25519: sequence(oid(oids.ed25519), noParameters),
};

/**
 * The AlgorithmIdentifier of a scheme, DER.
 * @param scheme how an authority's key signs
 */
export function signatureAlgorithmDer(scheme: SignatureScheme): Uint8Array {
  return identifiers[scheme];
}
