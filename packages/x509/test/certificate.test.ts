import {
  basicConstraintsExtension,
  createAlgorithm,
  type DecodeError,
  decodeCertificate,
  type Extension,
  keyUsageExtension,
  oids,
} from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { everyExtension, fromHex, issuerName, publicKey, signCertificate } from './samples.ts';

function refusal(fields: Parameters<typeof signCertificate>[0]): DecodeError {
  const decoded = decodeCertificate(signCertificate(fields));
  if (decoded.ok) throw new Error('was read');
  return decoded.error;
}

function certificate(fields: Parameters<typeof signCertificate>[0]) {
  const decoded = decodeCertificate(signCertificate(fields));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

const withExtension = (oid: string, hex: string, critical = false) => ({
  extensions: [{ oid, critical, value: fromHex(hex.replaceAll(' ', '')) }],
});

describe('decodeCertificate', () => {
  it('reads every extension of RFC 5280', () => {
    const read = certificate({ extensions: everyExtension() });
    expect(read.version).toBe(3);
    expect(read.serialHex).toBe('4a0b0c0d0e0f101112131415161718191a1b1c1d');
    expect(read.issuer.canonical).toBe(issuerName.canonical);
    expect(read.publicKey).toMatchObject({ kind: 'ec-p256', sizeBits: 256 });
    expect(read.basicConstraints).toEqual({ cA: true, pathLength: 3, critical: true });
    expect(read.keyUsage).toMatchObject({
      digitalSignature: true,
      keyCertSign: true,
      decipherOnly: true,
      cRLSign: false,
    });
    expect(read.extKeyUsage).toEqual([
      oids.serverAuth,
      oids.clientAuth,
      '2.25.329800735698586629295641978511506172918',
    ]);
    expect(read.subjectAltName?.map(({ type }) => type)).toEqual([
      'dns',
      'uri',
      'email',
      'ip',
      'ip',
      'directory',
      'registered-id',
      'other',
    ]);
    expect(read.nameConstraints?.permitted[0]).toEqual({
      base: { type: 'dns', value: 'contoso.example' },
      minimum: 0,
      maximum: undefined,
    });
    expect(read.nameConstraints?.excluded[0]).toMatchObject({ minimum: 1, maximum: 300 });
    expect(read.certificatePolicies?.[1]?.qualifiers).toMatchObject([
      { cps: 'http://c.example/' },
      { notice: { reference: { organization: 'Contoso', numbers: [1, 2] }, explicitText: 'Ask first.' } },
    ]);
    expect(read.policyMappings).toEqual([{ issuerDomain: '1.2.3.4', subjectDomain: '1.2.3.5' }]);
    expect(read.policyConstraints).toEqual({ requireExplicit: 0, inhibitMapping: 200 });
    expect(read.inhibitAnyPolicy).toBe(5);
    expect(read.subjectKeyId).toHaveLength(20);
    expect(read.authorityKeyId?.serial).toEqual(Uint8Array.of(1, 2));
    expect(read.crlDistributionPoints).toMatchObject([
      { name: { type: 'full' }, reasons: { keyCompromise: true, aACompromise: true, superseded: false } },
      { name: { type: 'relative' } },
    ]);
    expect(read.freshestCrl).toHaveLength(1);
    expect(read.authorityInfoAccess).toEqual([
      { method: oids.ocsp, location: { type: 'uri', value: 'http://o.example/' } },
    ]);
    expect(read.subjectInfoAccess).toHaveLength(1);
    expect(read.subjectDirectoryAttributes?.[0]?.values).toHaveLength(2);
    expect(read.unknownCritical).toEqual(['1.2.3.4.5.6']);
    expect(read.extensions).toHaveLength(everyExtension().length);
  });

  it('leaves absent extensions undefined', () => {
    const read = certificate({});
    expect(read.basicConstraints).toBeUndefined();
    expect(read.subjectAltName).toBeUndefined();
    expect(read.extensions).toEqual([]);
    expect(read.unknownCritical).toEqual([]);
  });

  it('counts subjectDirectoryAttributes as unknown when it is critical, for nothing acts on it', () => {
    const attributes = everyExtension().find(({ oid }) => oid === oids.subjectDirectoryAttributes)!;
    expect(certificate({ extensions: [{ ...attributes, critical: true }] }).unknownCritical).toEqual([
      attributes.oid,
    ]);
  });

  it('reads serial numbers that the RFC forbids, for the verdict to judge', () => {
    for (const hex of ['00', 'ff', '01'.repeat(40)]) {
      expect(certificate({ serialNumber: fromHex(hex) }).serialHex).toBe(hex);
    }
  });

  it('gives no signature where the BIT STRING is not whole octets, but keeps its octets', () => {
    const der = signCertificate();
    der[der.length - 65] = 1;
    der[der.length - 1]! &= 0xfe;
    const decoded = decodeCertificate(der);
    expect(decoded.ok && decoded.value.signature).toHaveLength(0);
    expect(decoded.ok && decoded.value.signatureValue).toHaveLength(65);
  });

  const twice: Extension[] = [keyUsageExtension({ cRLSign: true }), keyUsageExtension({ keyCertSign: true })];
  const unknownTwice: Extension[] = [1, 2].map((n) => ({
    oid: '1.2.3',
    critical: false,
    value: Uint8Array.of(n),
  }));
  it.each([
    ['a known extension twice', { extensions: twice }, 'tbsCertificate.extensions', 'malformed'],
    ['an unknown extension twice', { extensions: unknownTwice }, 'tbsCertificate.extensions', 'malformed'],
    [
      'extensions in version 1',
      { version: 1, extensions: twice.slice(1) },
      'tbsCertificate.extensions',
      'malformed',
    ],
    [
      'extensions in version 2',
      { version: 2, extensions: twice.slice(1) },
      'tbsCertificate.extensions',
      'malformed',
    ],
    [
      'a unique identifier in version 1',
      { version: 1, issuerUniqueId: fromHex('00ff') },
      'tbsCertificate.issuerUniqueID',
      'malformed',
    ],
    ['version 4', { version: 4 as 3 }, 'tbsCertificate.version', 'unsupported'],
  ] as const)('refuses %s', (_, fields, where, code) => {
    expect(refusal(fields)).toMatchObject({ where, code });
  });

  it('refuses 257 extensions', () => {
    const extensions = Array.from({ length: 257 }, (_, i) => ({
      oid: `1.2.3.${i}`,
      critical: false,
      value: Uint8Array.of(),
    }));
    expect(refusal({ extensions })).toMatchObject({
      code: 'limit-exceeded',
      where: 'tbsCertificate.extensions',
    });
    expect(certificate({ extensions: extensions.slice(1) }).extensions).toHaveLength(256);
  });

  it('refuses version 1 spelt out', () => {
    const der = Buffer.from(signCertificate());
    der[der.indexOf(fromHex('a003020102')) + 4] = 0;
    expect(decodeCertificate(der)).toMatchObject({
      ok: false,
      error: {
        where: 'tbsCertificate.version',
        message: 'expected version 1 to be omitted, found it encoded',
      },
    });
  });

  it('refuses an algorithm outside that is not the one inside', () => {
    const der = signCertificate({ signatureAlgorithm: createAlgorithm(oids.ecdsaWithSHA384) });
    // The last octet of the outer identifier, before the 67 octets of the signature.
    der[der.length - 68] = 2;
    expect(decodeCertificate(der)).toMatchObject({ ok: false, error: { where: 'signatureAlgorithm' } });
  });

  it.each([
    ['an unknown field behind pathLenConstraint', oids.basicConstraints, '30 07 0101ff 020100 00'],
    ['cA FALSE spelt out', oids.basicConstraints, '30 03 010100'],
    ['a negative pathLenConstraint', oids.basicConstraints, '30 06 0101ff 0201ff'],
    ['a key usage without a bit', oids.keyUsage, '03 01 00'],
    ['a key usage with a tenth bit', oids.keyUsage, '03 03 06 0040'],
    ['an empty list of purposes', oids.extKeyUsage, '30 00'],
    ['an empty list of names', oids.subjectAltName, '30 00'],
    ['an address of three octets', oids.subjectAltName, '30 05 8703 010203'],
    ['a host name beyond ASCII', oids.subjectAltName, '30 03 8201 e9'],
    ['a name of no known kind', oids.subjectAltName, '30 03 8901 00'],
    ['octets behind the names', oids.subjectAltName, '30 03 820161 00'],
    ['an empty list of subtrees', oids.nameConstraints, '30 02 a000'],
    ['no subtree at all', oids.nameConstraints, '30 00'],
    ['a subtree with minimum 0 spelt out', oids.nameConstraints, '30 0a a008 3006 820161 800100'],
    ['a subtree that is an address without mask', oids.nameConstraints, '30 0a a008 3006 8704 01020304'],
    ['a policy twice', oids.certificatePolicies, '30 0c 3004 06022a03 3004 06022a03'],
    ['an empty list of policies', oids.certificatePolicies, '30 00'],
    [
      'a user notice that is no text',
      oids.certificatePolicies,
      '301a 3018 06022a03 3012 3010 06082b06010505070202 3004 0402 6869',
    ],
    [
      'an attribute whose values are out of order',
      oids.subjectDirectoryAttributes,
      '300e 300c 06022a03 3106 020102 020101',
    ],
    ['an empty policy constraint', oids.policyConstraints, '30 00'],
    ['an issuer without serial', oids.authorityKeyIdentifier, '30 05 a103 820161'],
    ['a serial without issuer', oids.authorityKeyIdentifier, '30 03 820101'],
    ['a distribution point of reasons only', oids.cRLDistributionPoints, '30 06 3004 8102 0640'],
    ['an empty distribution point', oids.cRLDistributionPoints, '30 02 3000'],
    ['an empty list of descriptions', oids.authorityInfoAccess, '30 00'],
    ['a skip below 0', oids.inhibitAnyPolicy, '02 01 ff'],
    ['a key identifier that is no octet string', oids.subjectKeyIdentifier, '0500'],
  ])('refuses %s', (_, oid, hex) => {
    const error = refusal(withExtension(oid, hex));
    expect(error.code).toBe('malformed');
    const name = Object.entries(oids).find(([, known]) => known === oid)![0];
    expect(error.where).toBe(`extensions.${name}`);
  });

  it('takes trailing zeros in keyUsage, and there only', () => {
    expect(certificate(withExtension(oids.keyUsage, '03 02 00 06')).keyUsage).toMatchObject({
      keyCertSign: true,
    });
    expect(
      refusal(withExtension(oids.cRLDistributionPoints, '30 0b 3009 8102 0040 a203 820161')).message,
    ).toContain('trailing zeros');
  });

  const rsa = '06092a864886f70d010101';
  it.each([
    [
      'an RSA key without NULL',
      '3021 300b 06092a864886f70d010101 0312 00 300f 0209 00c000000000000001 0202 0101',
    ],
    ['an RSA modulus below 0', '301b 300d 06092a864886f70d010101 0500 030a 00 3007 0201 ff 0202 0101'],
    ['an even RSA modulus', `3021 300d ${rsa} 0500 0310 00 300d 0208 0ffffffffffffffe 0201 03`],
    [
      'an RSA exponent of 1, with which anybody signs',
      `3021 300d ${rsa} 0500 0310 00 300d 0208 0fffffffffffffff 0201 01`,
    ],
    ['an even RSA exponent', `3021 300d ${rsa} 0500 0310 00 300d 0208 0fffffffffffffff 0201 04`],
    [
      'an RSA exponent of 65 bits, with which checking takes as long as signing',
      `3029 300d ${rsa} 0500 0318 00 3015 0208 0fffffffffffffff 0209 010000000000000001`,
    ],
    ['a curve that is a text', '3017 3010 06072a8648ce3d0201 1c05 6162636465 0303 00 0401'],
    ['a point of the wrong length', '3018 3013 06072a8648ce3d0201 06082a8648ce3d030107 0301 00'],
    ['an Ed25519 key of 31 octets', `3029 3005 06032b6570 0320 00 ${'11'.repeat(31)}`],
    ['a key of unused bits', `302a 3005 06032b6570 0321 01 ${'10'.repeat(32)}`],
  ])('refuses %s', (_, hex) => {
    const der = fromHex(hex.replaceAll(' ', ''));
    expect(refusal({ publicKey: { der } }).where).toBe('tbsCertificate.subjectPublicKeyInfo');
  });

  it.each([
    ['an Ed25519 key', `302a 3005 06032b6570 0321 00 ${'11'.repeat(32)}`, 'ed25519', 256],
    ['a DSA key that inherits its parameters', '3011 3009 06072a8648ce380401 0304 00 020105', 'dsa', 0],
    ['a key of an unknown algorithm', '300a 3004 06022a03 0302 00 ff', 'other', 0],
    ['a key on another curve', '3016 3010 06072a8648ce3d0201 0605 2b8104000a 0302 00 04', 'ec-other', 0],
  ])('reads %s', (_, hex, kind, sizeBits) => {
    const der = fromHex(hex.replaceAll(' ', ''));
    expect(certificate({ publicKey: { der } }).publicKey).toMatchObject({ kind, sizeBits });
  });

  it.each(['0201 03', '0203 010001', '0209 00ffffffffffffffff'])('takes the RSA exponent %s', (exponent) => {
    const key = `0208 0fffffffffffffff ${exponent}`.replaceAll(' ', '');
    const length = (extra: number) => (key.length / 2 + extra).toString(16).padStart(2, '0');
    const hex = `30${length(20)}300d${rsa}050003${length(3)}0030${length(0)}${key}`;
    expect(certificate({ publicKey: { der: fromHex(hex) } }).publicKey.kind).toBe('rsa');
  });

  it('counts the bits of an RSA modulus without its leading zeros', () => {
    const der = fromHex(
      '3022 300d 06092a864886f70d010101 0500 0311 00 300e 0208 0fffffffffffffff 0202 0101'.replaceAll(
        ' ',
        '',
      ),
    );
    expect(certificate({ publicKey: { der } }).publicKey).toMatchObject({ kind: 'rsa', sizeBits: 60 });
  });

  it('never changes its input, and makes no Buffer of a Buffer', () => {
    const der = Buffer.from(signCertificate({ extensions: everyExtension() }));
    const before = Buffer.from(der);
    const decoded = decodeCertificate(der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { crlDistributionPoints, tbs, subjectKeyId } = decoded.value;
    expect(crlDistributionPoints?.[1]?.name).toEqual({
      type: 'relative',
      rdn: fromHex('310b300906035504030c024331'),
    });
    expect(der.equals(before)).toBe(true);
    for (const view of [tbs, subjectKeyId!, decoded.value.der]) expect(Buffer.isBuffer(view)).toBe(false);
  });

  it('keeps views on the input instead of copies', () => {
    const der = signCertificate({ extensions: [basicConstraintsExtension({ cA: true })] });
    const decoded = decodeCertificate(der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { tbs, publicKey: key, subject } = decoded.value;
    for (const view of [tbs, key.der, subject.der]) expect(view.buffer).toBe(der.buffer);
    expect(key.der).toEqual(publicKey.der);
  });
});
