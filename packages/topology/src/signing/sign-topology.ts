import { callback, list, object } from '@entente/options';
import { checkDocument } from '../checks/check-document.ts';
import type { SignatureAlgorithm, TopologyDocument } from '../document/document.ts';
import { checks, TopologyFault } from '../terms/fault.ts';
import { encodeHeader, encodePayload, signatureBytes, signingInput } from './detached-jws.ts';
import type { SignedTopology } from './signed-topology.ts';

/** An administrator's key, or what gives access to it. */
export interface TopologySigner {
  /** The id under which the topology lists the public key. */
  readonly keyId: string;
  /** What `sign` produces: the algorithm with which the topology lists the key. */
  readonly algorithm: SignatureAlgorithm;
  /**
   * Signs bytes.
   *
   * @returns 64 bytes: r and s for ES256 (`dsaEncoding: 'ieee-p1363'` in node:crypto), the Ed25519 signature for EdDSA
   */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Signs a document.
 *
 * @param document - its version and `previous` already set
 * @param signers - one to narrow; k of n for everything else; k of the old and of the new set to change the administrators
 * @throws `ENTENTE_INVALID_TOPOLOGY` where a check finds an error; `ENTENTE_BAD_SIGNER` where a signer gives no signature
 * @see RFC 7515 §5.1 and appendix F
 */
export function signTopology(document: TopologyDocument, signers: readonly TopologySigner[]): SignedTopology {
  checks.argument(signers, list, 'signers of signTopology', 'give a list of { keyId, algorithm, sign }');
  const error = checkDocument(document).find((problem) => problem.severity === 'error');
  if (error !== undefined) {
    throw new TopologyFault('ENTENTE_INVALID_TOPOLOGY', {
      sentence: `${error.message} (${error.code})`,
      place: error.path.length === 0 ? 'the topology' : error.path.join('.'),
      remedy: error.remedy,
    });
  }
  return signers.reduce(addSignature, { document, signatures: [] } as SignedTopology);
}

/**
 * Adds an administrator's signature to a signed document.
 *
 * @param signed - the document, with the signatures it has
 * @param signer - the administrator's key
 * @throws `ENTENTE_BAD_SIGNER` where the signer gives no signature of 64 bytes
 */
export function addSignature(signed: SignedTopology, signer: TopologySigner): SignedTopology {
  checks.argument(signed, object, 'document of addSignature', 'give { document, signatures }');
  checks.argument(signed.signatures, list, 'signatures of addSignature', 'give { document, signatures }');
  checks.argument(signer, object, 'signer of a topology', 'give { keyId, algorithm, sign }');
  checks.argument(signer.sign, callback, 'sign of a signer', 'give a function that signs bytes');
  const header = encodeHeader({ alg: signer.algorithm, kid: signer.keyId });
  const signature = signer.sign(signingInput(header, encodePayload(signed.document)));
  checks.argument(
    signature,
    object,
    `signature of ${signer.keyId}`,
    'let sign return the bytes, and no promise',
  );
  if (signature.length !== signatureBytes) {
    throw new TopologyFault('ENTENTE_BAD_SIGNER', {
      sentence: `expected a signature of ${signatureBytes} bytes, found ${signature.length}`,
      place: `signer ${signer.keyId}`,
      remedy: 'for ES256 give r and s (RFC 7518 §3.4), not DER',
    });
  }
  const added = { protected: header, signature: Buffer.from(signature).toString('base64url') };
  // A second signature of the same administrator adds nothing: the new one replaces it.
  const others = signed.signatures.filter((known) => known.protected !== header);
  return { document: signed.document, signatures: [...others, added] };
}
