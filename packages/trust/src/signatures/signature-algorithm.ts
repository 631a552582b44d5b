import { type AlgorithmIdentifier, type KeyKind, oids } from '@entente/x509';

/** A signature algorithm, with what `node:crypto` needs to verify it. */
export interface SignatureAlgorithm {
  /** Name in policies and messages, e.g. `ecdsa-sha256`. */
  readonly name: string;
  /** Digest for `node:crypto`; null where the algorithm includes it. */
  readonly digest: string | null;
  /** Kinds of key that it can be used with. */
  readonly keys: readonly KeyKind[];
  /** Length of the salt, octets; present for RSASSA-PSS only. */
  readonly saltLength?: number;
}

const rsa: readonly KeyKind[] = ['rsa'];
const ec: readonly KeyKind[] = ['ec-p256', 'ec-p384', 'ec-p521', 'ec-other'];

const byOid = new Map<string, SignatureAlgorithm>([
  [oids.md5WithRSAEncryption, { name: 'rsa-md5', digest: 'md5', keys: rsa }],
  [oids.sha1WithRSAEncryption, { name: 'rsa-sha1', digest: 'sha1', keys: rsa }],
  [oids.sha224WithRSAEncryption, { name: 'rsa-sha224', digest: 'sha224', keys: rsa }],
  [oids.sha256WithRSAEncryption, { name: 'rsa-sha256', digest: 'sha256', keys: rsa }],
  [oids.sha384WithRSAEncryption, { name: 'rsa-sha384', digest: 'sha384', keys: rsa }],
  [oids.sha512WithRSAEncryption, { name: 'rsa-sha512', digest: 'sha512', keys: rsa }],
  [oids.ecdsaWithSHA1, { name: 'ecdsa-sha1', digest: 'sha1', keys: ec }],
  [oids.ecdsaWithSHA224, { name: 'ecdsa-sha224', digest: 'sha224', keys: ec }],
  [oids.ecdsaWithSHA256, { name: 'ecdsa-sha256', digest: 'sha256', keys: ec }],
  [oids.ecdsaWithSHA384, { name: 'ecdsa-sha384', digest: 'sha384', keys: ec }],
  [oids.ecdsaWithSHA512, { name: 'ecdsa-sha512', digest: 'sha512', keys: ec }],
  [oids.dsaWithSha1, { name: 'dsa-sha1', digest: 'sha1', keys: ['dsa'] }],
  [oids.dsaWithSha224, { name: 'dsa-sha224', digest: 'sha224', keys: ['dsa'] }],
  [oids.dsaWithSha256, { name: 'dsa-sha256', digest: 'sha256', keys: ['dsa'] }],
  [oids.ed25519, { name: 'ed25519', digest: null, keys: ['ed25519'] }],
  [oids.ed448, { name: 'ed448', digest: null, keys: ['ed448'] }],
]);

// RFC 4055 §3.1 in the only three forms that are in use: one digest for message and mask, salt as long as the digest.
// Whole encodings are compared, so there is nothing for a parser to misread.
const pss = new Map<string, SignatureAlgorithm>(
  (
    [
      ['sha256', '01', 32],
      ['sha384', '02', 48],
      ['sha512', '03', 64],
    ] as const
  ).flatMap(([digest, arc, saltLength]) => {
    const algorithm = { name: `rsa-pss-${digest}`, digest, keys: ['rsa', 'rsa-pss'] as const, saltLength };
    return pssEncodings(arc, saltLength).map((hex): [string, SignatureAlgorithm] => [hex, algorithm]);
  }),
);

/** The parameters with and without the NULL, which is optional in RFC 4055 §2.1. */
function pssEncodings(arc: string, saltLength: number): readonly string[] {
  const digestOid = `06096086480165030402${arc}`;
  const mgf1Oid = '06092a864886f70d010108';
  return ['0500', ''].flatMap((first) =>
    ['0500', ''].map((second) => {
      const hash = sequence(digestOid + first);
      const mask = sequence(mgf1Oid + sequence(digestOid + second));
      return sequence(tagged('a0', hash) + tagged('a1', mask) + tagged('a2', `0201${octet(saltLength)}`));
    }),
  );
}

function sequence(contents: string): string {
  return tagged('30', contents);
}

function tagged(tag: string, contents: string): string {
  return tag + octet(contents.length / 2) + contents;
}

function octet(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/**
 * The algorithm that an AlgorithmIdentifier denotes.
 *
 * @param identifier - from the certificate, CRL or response
 * @returns the algorithm, or undefined for an unknown one or for parameters that do not belong to it
 * @see RFC 4055 §5, RFC 5758 §3, RFC 8410 §3
 */
export function signatureAlgorithm(identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  if (identifier.oid === oids.rsassaPss) {
    const { parameters } = identifier;
    return parameters === undefined ? undefined : pss.get(Buffer.from(parameters).toString('hex'));
  }
  const algorithm = byOid.get(identifier.oid);
  if (algorithm === undefined || identifier.parameters === undefined) return algorithm;
  // RSA has NULL parameters; the others have none, and old DSA writers put a NULL too.
  const takesNull = algorithm.keys[0] === 'rsa' || algorithm.keys[0] === 'dsa';
  return takesNull && isNull(identifier.parameters) ? algorithm : undefined;
}

function isNull(parameters: Uint8Array): boolean {
  return parameters.length === 2 && parameters[0] === 0x05 && parameters[1] === 0x00;
}
