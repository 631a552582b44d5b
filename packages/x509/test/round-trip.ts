import {
  authorityInfoAccessExtension,
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type CertificateList,
  type CertificationRequest,
  certificatePoliciesExtension,
  crlDistributionPointsExtension,
  crlNumberExtension,
  type Decoded,
  decodeCertificate,
  decodeCertificationRequest,
  decodeCrl,
  decodeOcspRequest,
  decodeOcspResponse,
  decodePem,
  deltaCrlIndicatorExtension,
  type Extension,
  type ExtensionValues,
  encodeCertificate,
  encodeCertificationRequest,
  encodeCrl,
  encodeOcspError,
  encodeOcspRequest,
  encodeOcspResponse,
  encodePem,
  encodeRequestInfo,
  encodeTbsCertificate,
  encodeTbsCrl,
  encodeTbsOcspRequest,
  encodeTbsOcspResponse,
  extKeyUsageExtension,
  freshestCrlExtension,
  inhibitAnyPolicyExtension,
  issuerAltNameExtension,
  issuingDistributionPointExtension,
  keyUsageExtension,
  type Name,
  nameConstraintsExtension,
  oids,
  policyConstraintsExtension,
  policyMappingsExtension,
  subjectAltNameExtension,
  subjectDirectoryAttributesExtension,
  subjectInfoAccessExtension,
  subjectKeyIdExtension,
} from '@entente/x509';

/**
 * What must hold for any bytes at all: they are refused with a whole error, or they are read into values whose every
 * field can be asked for and which write back to the same bytes. Each function throws when it does not hold, and
 * returns whether the bytes were read.
 */
export type RoundTrip = (bytes: Uint8Array) => boolean;

export const certificateRoundTrip: RoundTrip = (bytes) => {
  const certificate = accepted(decodeCertificate(bytes), bytes);
  if (certificate === undefined) return false;
  touch(certificate);
  touchName(certificate.issuer);
  touchName(certificate.subject);
  const { tbs, signatureAlgorithm } = certificate;
  same('tbsCertificate', encodeTbsCertificate(certificate), tbs);
  same('certificate', encodeCertificate(tbs, signatureAlgorithm, certificate), bytes);
  sameExtensions(certificate, certificate);
  return true;
};

export const requestRoundTrip: RoundTrip = (bytes) => {
  const request: CertificationRequest | undefined = accepted(decodeCertificationRequest(bytes), bytes);
  if (request === undefined) return false;
  touch(request);
  touchName(request.subject);
  same('certificationRequestInfo', encodeRequestInfo(request), request.tbs);
  same('request', encodeCertificationRequest(request.tbs, request.signatureAlgorithm, request), bytes);
  sameExtensions(request, request);
  return true;
};

export const crlRoundTrip: RoundTrip = (bytes) => {
  const crl: CertificateList | undefined = accepted(decodeCrl(bytes), bytes);
  if (crl === undefined) return false;
  touch(crl);
  touchName(crl.issuer);
  // An empty list of extensions is read, and never written.
  if (!crl.emptyEntryExtensions) same('tbsCertList', encodeTbsCrl(crl, crl.entries()), crl.tbs);
  same('crl', encodeCrl(crl.tbs, crl.signatureAlgorithm, crl), bytes);
  let count = 0;
  for (const entry of crl.entries()) {
    count++;
    touch(entry);
    touchName(entry.certificateIssuer);
    const found = crl.lookup(entry.serialNumber, entry.certificateIssuer);
    if (found?.serialHex !== entry.serialHex)
      throw new Error(`lookup does not find entry ${entry.serialHex}`);
  }
  if (count !== crl.entryCount) throw new Error(`${count} entries where ${crl.entryCount} were counted`);
  sameExtensions(crl, {
    extensions: crl.extensions,
    unknownCritical: [],
    authorityKeyId: crl.authorityKeyId,
    issuerAltName: crl.issuerAltName,
    freshestCrl: crl.freshestCrl,
    authorityInfoAccess: crl.authorityInfoAccess,
  });
  const { crlNumber, baseCrlNumber, issuingDistributionPoint: point } = crl;
  for (const { oid, critical, value } of crl.extensions) {
    if (oid === oids.cRLNumber) same(oid, crlNumberExtension(crlNumber!).value, value);
    if (oid === oids.deltaCRLIndicator) same(oid, deltaCrlIndicatorExtension(baseCrlNumber!).value, value);
    if (oid === oids.issuingDistributionPoint) {
      same(oid, issuingDistributionPointExtension(point!, critical).value, value);
    }
  }
  return true;
};

export const ocspRequestRoundTrip: RoundTrip = (bytes) => {
  const request = accepted(decodeOcspRequest(bytes), bytes);
  if (request === undefined) return false;
  same('tbsRequest', encodeTbsOcspRequest(request), request.tbs);
  same('request', encodeOcspRequest(request.tbs, request.signature), bytes);
  return true;
};

export const ocspResponseRoundTrip: RoundTrip = (bytes) => {
  const response = accepted(decodeOcspResponse(bytes), bytes);
  if (response === undefined) return false;
  const { status, basic } = response;
  if (basic === undefined) {
    if (status === 'successful') throw new Error('a successful response without an answer was read');
    same('response', encodeOcspError(status), bytes);
    return true;
  }
  same('tbsResponseData', encodeTbsOcspResponse(basic), basic.tbs);
  same('response', encodeOcspResponse(basic.tbs, basic), bytes);
  if (basic.responderId.type === 'name') touchName(basic.responderId.name);
  return true;
};

/** PEM is not a canonical form, so a decoded value must decode to the same again after it was encoded. */
export const pemRoundTrip: RoundTrip = (bytes) => {
  const blocks = accepted(decodePem(bytes), bytes);
  if (blocks === undefined) return false;
  const again = decodePem(blocks.map(({ label, der }) => encodePem(label, der)).join(''));
  if (!again.ok) throw new Error(`what was written is refused: ${again.error.message}`);
  if (again.value.length !== blocks.length) throw new Error('what was written has another number of blocks');
  for (const [index, { label, der }] of blocks.entries()) {
    if (again.value[index]!.label !== label) throw new Error(`label "${label}" reads as another`);
    same('block', again.value[index]!.der, der);
  }
  return true;
};

function accepted<T>(decoded: Decoded<T>, bytes: Uint8Array): T | undefined {
  if (decoded.ok) return decoded.value;
  const { code, message, offset, where } = decoded.error;
  const whole = message !== '' && where !== '' && offset >= 0 && offset <= bytes.length;
  if (!whole)
    throw new Error(`a refusal that does not say enough: ${code} "${message}" at ${offset} in "${where}"`);
  return undefined;
}

/** Asks for every field, on the object and on its prototypes. */
function touch(value: object): void {
  for (let level = value; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (property.get !== undefined) Reflect.get(value, name);
    }
  }
}

function touchName(name: Name): void {
  touch(name);
  if (name.toString().length < 0) throw new Error('unreachable');
  if (!name.canonical.startsWith(name.canonical)) throw new Error('a name is not within itself');
}

function same(what: string, found: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(found, expected) === 0) return;
  throw new Error(
    `${what} writes back as ${Buffer.from(found).toString('hex')}, read from ${Buffer.from(expected).toString('hex')}`,
  );
}

/** Extensions by identifier: their typed value, written again. */
function writers(of: ExtensionValues): ReadonlyMap<string, () => Extension> {
  return new Map<string, () => Extension>([
    [oids.basicConstraints, () => basicConstraintsExtension(of.basicConstraints!)],
    [oids.keyUsage, () => keyUsageExtension(of.keyUsage!)],
    [oids.extKeyUsage, () => extKeyUsageExtension(of.extKeyUsage!)],
    [oids.subjectAltName, () => subjectAltNameExtension(of.subjectAltName!)],
    [oids.issuerAltName, () => issuerAltNameExtension(of.issuerAltName!)],
    [oids.nameConstraints, () => nameConstraintsExtension(of.nameConstraints!)],
    [oids.certificatePolicies, () => certificatePoliciesExtension(of.certificatePolicies!)],
    [oids.policyMappings, () => policyMappingsExtension(of.policyMappings!)],
    [oids.policyConstraints, () => policyConstraintsExtension(of.policyConstraints!)],
    [oids.inhibitAnyPolicy, () => inhibitAnyPolicyExtension(of.inhibitAnyPolicy!)],
    [oids.subjectKeyIdentifier, () => subjectKeyIdExtension(of.subjectKeyId!)],
    [oids.authorityKeyIdentifier, () => authorityKeyIdExtension(of.authorityKeyId!)],
    [oids.cRLDistributionPoints, () => crlDistributionPointsExtension(of.crlDistributionPoints!)],
    [oids.freshestCRL, () => freshestCrlExtension(of.freshestCrl!)],
    [oids.authorityInfoAccess, () => authorityInfoAccessExtension(of.authorityInfoAccess!)],
    [oids.subjectInfoAccess, () => subjectInfoAccessExtension(of.subjectInfoAccess!)],
    [
      oids.subjectDirectoryAttributes,
      () => subjectDirectoryAttributesExtension(of.subjectDirectoryAttributes!),
    ],
  ]);
}

function sameExtensions(
  { extensions }: { readonly extensions: readonly Extension[] },
  values: ExtensionValues,
): void {
  const known = writers(values);
  for (const { oid, value } of extensions) {
    const write = known.get(oid);
    if (write === undefined || (oid === oids.keyUsage && hasTrailingZeros(value))) continue;
    const isOfCrl = !('serialNumber' in values) && !('publicKey' in values);
    if (isOfCrl && !CRL_TYPED.has(oid)) continue;
    same(oid, write().value, value);
  }
}

/** The certificate extensions that a CRL can carry with the same meaning. */
const CRL_TYPED = new Set<string>([
  oids.authorityKeyIdentifier,
  oids.issuerAltName,
  oids.freshestCRL,
  oids.authorityInfoAccess,
]);

/** The one thing that is read although it is not DER: keyUsage with zeros at its end. */
function hasTrailingZeros(value: Uint8Array): boolean {
  return (value.at(-1)! & (1 << value[2]!)) === 0;
}
