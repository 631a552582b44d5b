import 'reflect-metadata';
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import { createSecureContext } from 'node:tls';
import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  createAlgorithm,
  createName,
  crlNumberExtension,
  decodeCertificate,
  decodeCertificationRequest,
  decodeCrl,
  encodeCertificate,
  encodeCertificationRequest,
  encodeCrl,
  encodePem,
  encodeRequestInfo,
  encodeTbsCertificate,
  encodeTbsCrl,
  extKeyUsageExtension,
  type GeneralName,
  keyUsageExtension,
  type Name,
  oids,
  subjectAltNameExtension,
  subjectKeyIdExtension,
} from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restructure } from './der-tree.ts';
import { certificates, crls } from './samples.ts';

type CryptoKeys =
  Awaited<ReturnType<typeof crypto.subtle.generateKey>> extends infer Pair
    ? Extract<Pair, { readonly publicKey: unknown }>
    : never;

/** Two other implementations, @peculiar/x509 and OpenSSL (by node:crypto), must read what we write and the reverse. */

interface Key {
  readonly name: string;
  readonly spki: Uint8Array;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly algorithm: ReturnType<typeof createAlgorithm>;
  readonly hash: string | undefined;
}

function key(
  name: string,
  pair: { publicKey: KeyObject; privateKey: KeyObject },
  oid: string,
  hash?: string,
): Key {
  const spki = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }));
  const algorithm = createAlgorithm(oid, oid === oids.sha256WithRSAEncryption ? 'null' : undefined);
  return { name, spki, ...pair, algorithm, hash };
}

const keys: readonly Key[] = [
  key('ec-p256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), oids.ecdsaWithSHA256, 'sha256'),
  key('ec-p384', generateKeyPairSync('ec', { namedCurve: 'P-384' }), oids.ecdsaWithSHA384, 'sha384'),
  key('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }), oids.sha256WithRSAEncryption, 'sha256'),
  key('ed25519', generateKeyPairSync('ed25519'), oids.ed25519),
];

const signWith = ({ hash, privateKey }: Key, tbs: Uint8Array) => new Uint8Array(sign(hash, tbs, privateKey));

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((s) => !s.includes('\0'));
const name = fc
  .array(
    fc.record({
      oid: fc.constantFrom(
        oids.commonName,
        oids.organizationName,
        oids.organizationalUnitName,
        oids.localityName,
      ),
      value: text,
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map(createName);
const host = fc.stringMatching(/^[a-z]{1,12}(\.[a-z]{2,8}){1,3}$/);
const altName: fc.Arbitrary<GeneralName> = fc.oneof(
  host.map((value) => ({ type: 'dns' as const, value })),
  host.map((value) => ({ type: 'uri' as const, value: `sip:${value}` })),
  host.map((value) => ({ type: 'email' as const, value: `alice@${value}` })),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ type: 'ip' as const, bytes })),
);
const serial = fc
  .uint8Array({ minLength: 1, maxLength: 19 })
  .map((octets) => Uint8Array.from([0x01 | (octets[0]! & 0x7f), ...octets.slice(1)]));
const second = (from: number, to: number) =>
  fc.integer({ min: from / 1000, max: to / 1000 }).map((s) => s * 1000);
const validity = fc.tuple(
  second(Date.UTC(1950, 0, 1), Date.UTC(2049, 11, 31)),
  second(0, Date.UTC(2100, 0, 1)),
);

const certificate = fc.record({
  serialNumber: serial,
  issuer: name,
  subject: name,
  validity,
  names: fc.array(altName, { minLength: 1, maxLength: 6 }),
  cA: fc.boolean(),
  subjectKey: fc.constantFrom(...keys),
  issuerKey: fc.constantFrom(...keys),
});

function issue(fields: typeof certificate extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  const { issuerKey, subjectKey, validity: times } = fields;
  const tbs = encodeTbsCertificate({
    serialNumber: fields.serialNumber,
    signatureAlgorithm: issuerKey.algorithm,
    issuer: fields.issuer,
    subject: fields.subject,
    notBefore: times[0],
    notAfter: times[1],
    publicKey: { der: subjectKey.spki },
    extensions: [
      basicConstraintsExtension({ cA: fields.cA, ...(fields.cA ? { pathLength: 2 } : {}) }),
      keyUsageExtension({ digitalSignature: true, keyCertSign: fields.cA }),
      extKeyUsageExtension([oids.serverAuth, oids.clientAuth]),
      subjectAltNameExtension(fields.names),
      subjectKeyIdExtension(createHash('sha1').update(subjectKey.spki).digest()),
      authorityKeyIdExtension({ keyId: createHash('sha1').update(issuerKey.spki).digest() }),
    ],
  });
  return encodeCertificate(tbs, issuerKey.algorithm, signWith(issuerKey, tbs));
}

function read(der: Uint8Array) {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

const altNameText = (names: readonly GeneralName[]) =>
  names
    .map((one) => {
      if (one.type === 'dns') return `DNS:${one.value}`;
      if (one.type === 'uri') return `URI:${one.value}`;
      if (one.type === 'email') return `email:${one.value}`;
      return one.type === 'ip' ? `IP Address:${one.bytes.join('.')}` : '';
    })
    .join(', ');

/** OpenSSL refuses values that are not text in attributes of any type, unknown ones included. */
const isAllText = (one: Name) => one.rdns.flat().every(({ text: value }) => value !== undefined);

const hex = (octets: Uint8Array | ArrayBuffer) => Buffer.from(octets as ArrayBuffer).toString('hex');

describe('node:crypto', () => {
  it('reads the certificates that we write, agrees on their fields and verifies their signatures', () => {
    fc.assert(
      fc.property(certificate, (fields) => {
        const der = issue(fields);
        const ours = read(der);
        const theirs = new X509Certificate(der);
        expect(hex(theirs.raw)).toBe(hex(der));
        expect(BigInt(`0x${theirs.serialNumber}`)).toBe(BigInt(`0x${ours.serialHex}`));
        expect(Date.parse(theirs.validFrom)).toBe(ours.notBefore);
        expect(Date.parse(theirs.validTo)).toBe(ours.notAfter);
        expect(theirs.ca).toBe(ours.basicConstraints?.cA);
        expect(theirs.subjectAltName).toBe(altNameText(ours.subjectAltName!));
        expect(theirs.verify(fields.issuerKey.publicKey)).toBe(true);
        expect(
          theirs.publicKey.equals(
            createPublicKey({ key: Buffer.from(ours.publicKey.der), format: 'der', type: 'spki' }),
          ),
        ).toBe(true);
        expect(ours.publicKey.kind).toBe(fields.subjectKey.name);
        for (const value of ours.subject.rdns.flat().map((attribute) => attribute.text!)) {
          if (/^[A-Za-z0-9]+$/.test(value)) expect(theirs.subject).toContain(value);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reads every mutant of a certificate that we read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (script) => {
        const mutant = restructure(certificates(), script);
        const decoded = decodeCertificate(mutant);
        if (!decoded.ok || !isAllText(decoded.value.issuer) || !isAllText(decoded.value.subject)) return;
        expect(() => new X509Certificate(mutant)).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it('takes the CRLs that we write, and every mutant of them that we read', () => {
    const take = (der: Uint8Array) => createSecureContext({ crl: encodePem('X509 CRL', der) });
    for (const der of crls()) expect(() => take(der)).not.toThrow();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (script) => {
        const mutant = restructure(crls(), script);
        const decoded = decodeCrl(mutant);
        if (decoded.ok && isAllText(decoded.value.issuer)) expect(() => take(mutant)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('@peculiar/x509', () => {
  it('reads the certificates that we write and agrees on their extensions', async () => {
    await fc.assert(
      fc.asyncProperty(certificate, async (fields) => {
        const der = issue(fields);
        const ours = read(der);
        const theirs = new peculiar.X509Certificate(der as Uint8Array<ArrayBuffer>);
        expect(theirs.serialNumber).toBe(ours.serialHex);
        expect(theirs.notBefore.getTime()).toBe(ours.notBefore);
        expect(theirs.notAfter.getTime()).toBe(ours.notAfter);
        expect(hex(theirs.publicKey.rawData)).toBe(hex(ours.publicKey.der));
        expect(theirs.extensions.map(({ type, critical, value }) => [type, critical, hex(value)])).toEqual(
          ours.extensions.map(({ oid, critical, value }) => [oid, critical, hex(value)]),
        );
        const basic = theirs.getExtension(peculiar.BasicConstraintsExtension);
        expect(basic?.ca).toBe(ours.basicConstraints?.cA);
        expect(basic?.pathLength).toBe(ours.basicConstraints?.pathLength);
        expect(theirs.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages).toEqual(ours.extKeyUsage);
        const identifier = theirs.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId;
        expect(identifier).toBe(hex(ours.subjectKeyId!));
        const names = theirs.getExtension(peculiar.SubjectAlternativeNameExtension)!.names.items;
        expect(names.map(({ value }) => value)).toEqual(
          ours.subjectAltName!.map((one) =>
            'value' in one ? one.value : one.type === 'ip' ? one.bytes.join('.') : '',
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  const webKeys = crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

  it('writes certificates that we read and agree on', async () => {
    const pair = (await webKeys) as CryptoKeys;
    await fc.assert(
      fc.asyncProperty(
        host,
        serial,
        validity,
        fc.nat(200),
        async (domain, serialNumber, [from, to], pathLength) => {
          const theirs = await peculiar.X509CertificateGenerator.create({
            serialNumber: hex(serialNumber),
            issuer: 'CN=Contoso Issuing CA, O=Contoso, C=DE',
            subject: `CN=${domain}`,
            notBefore: new Date(from),
            notAfter: new Date(to),
            publicKey: pair.publicKey,
            signingKey: pair.privateKey,
            signingAlgorithm,
            extensions: [
              new peculiar.BasicConstraintsExtension(true, pathLength, true),
              new peculiar.KeyUsagesExtension(
                peculiar.KeyUsageFlags.keyCertSign | peculiar.KeyUsageFlags.cRLSign,
                true,
              ),
              new peculiar.SubjectAlternativeNameExtension([
                { type: 'dns', value: domain },
                { type: 'url', value: `sip:${domain}` },
                { type: 'ip', value: '192.0.2.7' },
              ]),
              new peculiar.CRLDistributionPointsExtension([`http://${domain}/c.crl`]),
              new peculiar.AuthorityInfoAccessExtension({ ocsp: `http://${domain}/ocsp` }),
              new peculiar.CertificatePolicyExtension(['1.2.3.4.5']),
              await peculiar.SubjectKeyIdentifierExtension.create(pair.publicKey),
              await peculiar.AuthorityKeyIdentifierExtension.create(pair.publicKey),
            ],
          });
          const ours = read(new Uint8Array(theirs.rawData));
          expect(ours.serialHex).toBe(theirs.serialNumber);
          expect([ours.notBefore, ours.notAfter]).toEqual([from, to]);
          expect(String(ours.issuer)).toBe('C=DE,O=Contoso,CN=Contoso Issuing CA');
          expect(ours.basicConstraints).toEqual({ cA: true, pathLength, critical: true });
          expect(ours.keyUsage).toMatchObject({ keyCertSign: true, cRLSign: true, digitalSignature: false });
          expect(altNameText(ours.subjectAltName!)).toBe(
            `DNS:${domain}, URI:sip:${domain}, IP Address:192.0.2.7`,
          );
          expect(ours.crlDistributionPoints?.[0]?.name).toEqual({
            type: 'full',
            names: [{ type: 'uri', value: `http://${domain}/c.crl` }],
          });
          expect(ours.authorityInfoAccess?.[0]).toMatchObject({ method: oids.ocsp });
          expect(ours.certificatePolicies).toEqual([{ policy: '1.2.3.4.5', qualifiers: [] }]);
          expect(ours.authorityKeyId?.keyId).toEqual(ours.subjectKeyId);
          expect(hex(encodeCertificate(encodeTbsCertificate(ours), ours.signatureAlgorithm, ours))).toBe(
            hex(theirs.rawData),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('writes requests that we read, and verifies those that we write', async () => {
    const pair = (await webKeys) as CryptoKeys;
    await fc.assert(
      fc.asyncProperty(host, async (domain) => {
        const extensions = [new peculiar.SubjectAlternativeNameExtension([{ type: 'dns', value: domain }])];
        const theirs = await peculiar.Pkcs10CertificateRequestGenerator.create({
          name: `CN=${domain}`,
          keys: pair,
          signingAlgorithm,
          extensions,
          attributes: [new peculiar.ChallengePasswordAttribute('abc')],
        });
        const decoded = decodeCertificationRequest(new Uint8Array(theirs.rawData));
        if (!decoded.ok) throw new Error(decoded.error.message);
        const ours = decoded.value;
        expect(String(ours.subject)).toBe(`CN=${domain}`);
        expect(ours.subjectAltName).toEqual([{ type: 'dns', value: domain }]);
        expect(hex(ours.publicKey.der)).toBe(hex(theirs.publicKey.rawData));

        for (const one of keys) {
          const info = encodeRequestInfo({
            subject: ours.subject,
            publicKey: { der: one.spki },
            extensions: [subjectAltNameExtension([{ type: 'dns', value: domain }])],
          });
          const der = encodeCertificationRequest(info, one.algorithm, signWith(one, info));
          const back = new peculiar.Pkcs10CertificateRequest(der as Uint8Array<ArrayBuffer>);
          expect(await back.verify()).toBe(true);
          expect(back.subject).toBe(`CN=${domain}`);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('reads the CRLs that we write and agrees on their entries', () => {
    const entry = fc.record({
      serialNumber: serial,
      revocationDate: second(Date.UTC(1990, 0, 1), Date.UTC(2060, 0, 1)),
      reason: fc.constantFrom('keyCompromise', 'superseded', 'cessationOfOperation', undefined),
    });
    const distinct = fc.uniqueArray(entry, {
      maxLength: 40,
      selector: ({ serialNumber }) => hex(serialNumber),
    });
    fc.assert(
      fc.property(distinct, name, fc.nat(), (revoked, issuer, number) => {
        const [ec] = keys as [Key];
        const tbs = encodeTbsCrl(
          {
            signatureAlgorithm: ec.algorithm,
            issuer,
            thisUpdate: 0,
            // Without it @peculiar/x509 2.2.0 reads the entries as nothing.
            nextUpdate: 1000,
            extensions: [crlNumberExtension(number)],
          },
          revoked,
        );
        const der = encodeCrl(tbs, ec.algorithm, signWith(ec, tbs));
        const theirs = new peculiar.X509Crl(der as Uint8Array<ArrayBuffer>);
        expect(theirs.entries.map((one) => [one.serialNumber, one.revocationDate.getTime()])).toEqual(
          revoked.map((one) => [hex(one.serialNumber), one.revocationDate]),
        );
        const decoded = decodeCrl(der);
        if (!decoded.ok) throw new Error(decoded.error.message);
        expect(decoded.value.crlNumber).toBe(BigInt(number));
        for (const one of revoked) {
          const found = decoded.value.lookup(one.serialNumber);
          expect([found?.revocationDate, found?.reason]).toEqual([one.revocationDate, one.reason]);
        }
      }),
      { numRuns: 80 },
    );
  });
});
