import * as x509 from '@entente/x509';

/**
 * Well-formed structures that use every part of their grammar. Their signatures are octets of no meaning: nothing here
 * verifies one.
 */
const { oids, createName, createAlgorithm } = x509;

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;
export const ecdsa = createAlgorithm(oids.ecdsaWithSHA256);
export const signature = new Uint8Array(64).map((_, i) => i + 1);

export const issuerName = createName([
  { oid: oids.countryName, value: 'DE' },
  { oid: oids.organizationName, value: 'Contoso' },
  { oid: oids.commonName, value: 'Contoso Issuing CA' },
]);

export const otherIssuerName = createName([
  { oid: oids.domainComponent, value: 'example' },
  [
    { oid: oids.organizationName, value: 'Fabrikam Übersee' },
    { oid: oids.organizationalUnitName, value: 'Vertrieb' },
  ],
]);

/** A P-256 key whose point is the generator of the curve. */
export const publicKey: x509.Encoded = {
  der: fromHex(
    '3059301306072a8648ce3d020106082a8648ce3d030107034200' +
      '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
      '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  ),
};

/** An RSA key of 64 bits: enough to be read. */
const rsaKey: x509.Encoded = {
  der: fromHex('3024300d06092a864886f70d01010105000313003010020900c0000000000000010203010001'),
};

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function signCertificate(fields: Partial<x509.TbsCertificateFields> = {}): Uint8Array {
  const tbs = x509.encodeTbsCertificate({
    serialNumber: fromHex('4a0b0c0d0e0f101112131415161718191a1b1c1d'),
    signatureAlgorithm: ecdsa,
    issuer: issuerName,
    subject: createName([{ oid: oids.commonName, value: 'sip.contoso.example' }]),
    notBefore: NOW,
    notAfter: NOW + 7 * DAY,
    publicKey,
    ...fields,
  });
  return x509.encodeCertificate(tbs, fields.signatureAlgorithm ?? ecdsa, signature);
}

const everyName: readonly x509.GeneralName[] = [
  { type: 'dns', value: 'sip.contoso.example' },
  { type: 'uri', value: 'sip:contoso.example' },
  { type: 'email', value: 'alice@contoso.example' },
  { type: 'ip', bytes: Uint8Array.of(192, 0, 2, 1) },
  { type: 'ip', bytes: fromHex('20010db8000000000000000000000001') },
  { type: 'directory', name: otherIssuerName },
  { type: 'registered-id', oid: '1.2.3.4.5' },
  { type: 'other', oid: '1.3.6.1.5.5.7.8.9', value: fromHex('0c05616c696365') },
];

const point: x509.DistributionPoint = {
  name: { type: 'full', names: [{ type: 'uri', value: 'http://crl.contoso.example/crl/1/0.crl' }] },
  reasons: reasons({ keyCompromise: true, aACompromise: true }),
  crlIssuer: [{ type: 'directory', name: issuerName }],
};

export function reasons(set: Partial<x509.ReasonFlags>): x509.ReasonFlags {
  return {
    unused: false,
    keyCompromise: false,
    cACompromise: false,
    affiliationChanged: false,
    superseded: false,
    cessationOfOperation: false,
    certificateHold: false,
    privilegeWithdrawn: false,
    aACompromise: false,
    ...set,
  };
}

/** One extension of each kind that RFC 5280 §4.2 describes, and one that nobody knows. */
export function everyExtension(): x509.Extension[] {
  const keyId = new Uint8Array(20).fill(9);
  return [
    x509.basicConstraintsExtension({ cA: true, pathLength: 3 }),
    x509.keyUsageExtension({ digitalSignature: true, keyCertSign: true, decipherOnly: true }),
    x509.extKeyUsageExtension([
      oids.serverAuth,
      oids.clientAuth,
      '2.25.329800735698586629295641978511506172918',
    ]),
    x509.subjectAltNameExtension(everyName),
    x509.issuerAltNameExtension(everyName.slice(0, 2)),
    x509.nameConstraintsExtension({
      permitted: [
        { base: { type: 'dns', value: 'contoso.example' }, minimum: 0 },
        { base: { type: 'ip', bytes: Uint8Array.of(192, 0, 2, 0, 255, 255, 255, 0) }, minimum: 0 },
      ],
      excluded: [{ base: { type: 'directory', name: otherIssuerName }, minimum: 1, maximum: 300 }],
    }),
    x509.certificatePoliciesExtension([
      { policy: oids.anyPolicy },
      {
        policy: '1.3.6.1.4.1.99999.1',
        qualifiers: [
          { oid: oids.cpsQualifier, value: fromHex('1611687474703a2f2f632e6578616d706c652f') },
          {
            oid: oids.userNoticeQualifier,
            value: fromHex('301f30110c07436f6e746f736f30060201010201020c0a41736b2066697273742e'),
          },
        ],
      },
    ]),
    x509.policyMappingsExtension([{ issuerDomain: '1.2.3.4', subjectDomain: '1.2.3.5' }]),
    x509.policyConstraintsExtension({ requireExplicit: 0, inhibitMapping: 200 }),
    x509.inhibitAnyPolicyExtension(5),
    x509.subjectKeyIdExtension(keyId),
    x509.authorityKeyIdExtension({
      keyId,
      issuer: [{ type: 'directory', name: issuerName }],
      serial: Uint8Array.of(1, 2),
    }),
    x509.crlDistributionPointsExtension([
      point,
      { name: { type: 'relative', rdn: fromHex('310b300906035504030c024331') } },
    ]),
    x509.freshestCrlExtension([point]),
    x509.authorityInfoAccessExtension([
      { method: oids.ocsp, location: { type: 'uri', value: 'http://o.example/' } },
    ]),
    x509.subjectInfoAccessExtension([
      { method: oids.caRepository, location: { type: 'uri', value: 'http://r.example/' } },
    ]),
    x509.subjectDirectoryAttributesExtension([
      { oid: '1.3.6.1.5.5.7.9.4', values: [fromHex('13024445'), fromHex('13024652')] },
    ]),
    { oid: '1.2.3.4.5.6', critical: true, value: fromHex('0500') },
  ];
}

export function certificates(): Uint8Array[] {
  return [
    signCertificate({ extensions: everyExtension() }),
    signCertificate({ extensions: everyExtension().slice(3, 5), notAfter: Date.UTC(2051, 0, 1) }),
    signCertificate({ version: 1, subject: createName([]) }),
    signCertificate({ version: 2, issuerUniqueId: fromHex('03f8'), subjectUniqueId: fromHex('00ff') }),
    signCertificate({
      publicKey: rsaKey,
      notBeforeForm: 'generalized',
      signatureAlgorithm: createAlgorithm(oids.sha256WithRSAEncryption, 'null'),
    }),
  ];
}

export function crl(
  fields: Partial<x509.TbsCrlFields> = {},
  revoked: Iterable<x509.RevokedFields> = [],
): Uint8Array {
  const tbs = x509.encodeTbsCrl(
    { signatureAlgorithm: ecdsa, issuer: issuerName, thisUpdate: NOW, nextUpdate: NOW + DAY, ...fields },
    revoked,
  );
  return x509.encodeCrl(tbs, ecdsa, signature);
}

export function crls(): Uint8Array[] {
  const base = [
    x509.authorityKeyIdExtension({ keyId: new Uint8Array(20).fill(9) }),
    x509.crlNumberExtension(2n ** 100n),
  ];
  const one: x509.RevokedFields = { serialNumber: Uint8Array.of(1), revocationDate: NOW - DAY };
  return [
    crl(),
    crl({ version: 1, nextUpdate: undefined }, [one]),
    crl(
      { extensions: [...base, x509.freshestCrlExtension([point]), x509.issuerAltNameExtension(everyName)] },
      [
        one,
        { serialNumber: fromHex('0080'), revocationDate: NOW, reason: 'keyCompromise' },
        {
          serialNumber: fromHex('ff01'),
          revocationDate: Date.UTC(2050, 1, 1),
          reason: 'superseded',
          invalidityDate: 0,
        },
      ],
    ),
    crl({ extensions: [...base, x509.deltaCrlIndicatorExtension(7)] }, [
      { serialNumber: Uint8Array.of(5), revocationDate: NOW, reason: 'removeFromCRL' },
    ]),
    crl(
      {
        extensions: [
          ...base,
          x509.issuingDistributionPointExtension({
            name: point.name,
            indirectCRL: true,
            onlyContainsUserCerts: true,
            onlySomeReasons: reasons({ superseded: true }),
          }),
        ],
      },
      [
        one,
        {
          serialNumber: Uint8Array.of(1),
          revocationDate: NOW,
          extensions: [
            x509.reasonCodeExtension('cACompromise'),
            x509.certificateIssuerExtension(otherIssuerName),
          ],
        },
        { serialNumber: Uint8Array.of(2), revocationDate: NOW },
      ],
    ),
  ];
}

export function requests(): Uint8Array[] {
  const subject = createName([{ oid: oids.commonName, value: 'fe1.contoso.example' }]);
  const forms: x509.RequestInfoFields[] = [
    { subject, publicKey },
    { subject, publicKey, extensions: everyExtension() },
    {
      subject,
      publicKey: rsaKey,
      attributes: [{ oid: oids.challengePassword, values: [fromHex('0c03616263')] }],
    },
  ];
  return forms.map((form) => x509.encodeCertificationRequest(x509.encodeRequestInfo(form), ecdsa, signature));
}

const certId: x509.CertIdFields = {
  hashAlgorithm: createAlgorithm(oids.sha1, 'null'),
  issuerNameHash: new Uint8Array(20).fill(1),
  issuerKeyHash: new Uint8Array(20).fill(2),
  serialNumber: fromHex('4a0b0c'),
};

export function ocspRequests(): Uint8Array[] {
  const nonce = x509.ocspNonceExtension(new Uint8Array(32).fill(3));
  const plain = x509.encodeTbsOcspRequest({ requests: [{ certId }] });
  const full = x509.encodeTbsOcspRequest({
    requestorName: { type: 'directory', name: issuerName },
    requests: [
      { certId, extensions: [{ oid: '1.2.3', critical: true, value: fromHex('0500') }] },
      { certId },
    ],
    extensions: [nonce],
    versionSpeltOut: true,
  });
  return [
    x509.encodeOcspRequest(plain),
    x509.encodeOcspRequest(full, { signatureAlgorithm: ecdsa, signature, certificates: [signCertificate()] }),
  ];
}

export function ocspResponses(): Uint8Array[] {
  const plain: x509.TbsOcspResponseFields = {
    responderId: { type: 'key', keyHash: new Uint8Array(20).fill(4) },
    producedAt: NOW,
    responses: [{ certId, status: { state: 'good' }, thisUpdate: NOW }],
  };
  const full: x509.TbsOcspResponseFields = {
    responderId: { type: 'name', name: issuerName },
    producedAt: NOW,
    responses: [
      { certId, status: { state: 'unknown' }, thisUpdate: NOW, nextUpdate: NOW + DAY },
      {
        certId,
        status: { state: 'revoked', revocationTime: NOW - DAY, reason: 'keyCompromise' },
        thisUpdate: NOW,
        extensions: [{ oid: '1.2.3', critical: true, value: fromHex('0500') }],
      },
    ],
    extensions: [x509.ocspNonceExtension(Uint8Array.of(1))],
  };
  const signed = { signatureAlgorithm: ecdsa, signature };
  return [
    x509.encodeOcspResponse(x509.encodeTbsOcspResponse(plain), signed),
    x509.encodeOcspResponse(x509.encodeTbsOcspResponse(full), {
      ...signed,
      certificates: [signCertificate()],
    }),
    x509.encodeOcspError('tryLater'),
  ];
}
