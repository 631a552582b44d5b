import { randomBytes, webcrypto } from 'node:crypto';
import { type LintRule, lintCertificate, lintRules, type ProfileName, profiles } from '@entente/pki';
import {
  type Certificate,
  type CertificateNames,
  createAlgorithm,
  createName,
  decodeCertificate,
  type Extension,
  encodeCertificate,
  encodeTbsCertificate,
  extKeyUsageExtension,
  keyUsageExtension,
  oids,
  type TbsCertificateFields,
} from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { serverNames, type TestAuthority, testAuthority, testIssuance } from './authority.ts';

let authority: TestAuthority;
let sound: Certificate;

beforeAll(async () => {
  authority = await testAuthority();
  const { issuance } = testIssuance(authority);
  const leaf = await issuance.sign('server', serverNames, await publicKey('P-256'));
  if ('reason' in leaf) throw new Error(leaf.message);
  sound = read(leaf.der);
});

async function publicKey(namedCurve: string) {
  const algorithm = { name: 'ECDSA', namedCurve };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const der = new Uint8Array(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  const bits = new Uint8Array(await webcrypto.subtle.exportKey('raw', keys.publicKey));
  return { der, bits };
}

function read(der: Uint8Array): Certificate {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** The sound certificate with some fields changed. */
function altered(changes: Partial<TbsCertificateFields>): Certificate {
  const { serialNumber, signatureAlgorithm, issuer, subject, notBefore, notAfter, extensions } = sound;
  const { publicKey: key } = sound;
  const fields = { serialNumber, signatureAlgorithm, issuer, subject, notBefore, notAfter, extensions };
  const tbs = encodeTbsCertificate({ ...fields, publicKey: key, ...changes });
  return read(encodeCertificate(tbs, changes.signatureAlgorithm ?? signatureAlgorithm, sound.signature));
}

/** The sound certificate with one extension left out or replaced. */
function without(oid: string, replacement?: Extension): Certificate {
  const extensions = sound.extensions.flatMap((each) =>
    each.oid !== oid ? [each] : replacement === undefined ? [] : [replacement],
  );
  return altered({ extensions });
}

interface Breach {
  readonly certificate?: Certificate;
  readonly names?: CertificateNames;
  readonly profile?: ProfileName;
}

const breaches: Record<LintRule, () => Breach | Promise<Breach>> = {
  'version-3': () => ({ certificate: altered({ version: 1, extensions: [] }) }),
  'serial-number': () => ({ certificate: altered({ serialNumber: Uint8Array.of(1, 2, 3) }) }),
  validity: () => ({ certificate: altered({ notAfter: sound.notBefore + 8 * 86_400_000 }) }),
  'not-an-authority': () => ({
    certificate: without(
      oids.basicConstraints,
      read(authority.issuing).extensions.find(({ oid }) => oid === oids.basicConstraints),
    ),
  }),
  'key-usage': () => ({
    certificate: without(oids.keyUsage, keyUsageExtension({ digitalSignature: true, keyCertSign: true })),
  }),
  'extended-key-usage': () => ({
    certificate: without(oids.extKeyUsage, extKeyUsageExtension([oids.serverAuth])),
  }),
  'key-strength': async () => ({ certificate: altered({ publicKey: await publicKey('P-521') }) }),
  'names-as-decided': () => ({
    names: { ...serverNames, dnsNames: ['fe02.contoso.example'], uris: ['sip:fe02.contoso.example'] },
  }),
  'name-form': () => ({ names: { ...serverNames, dnsNames: ['*.contoso.example'] } }),
  'sip-names-doubled': () => ({ names: { ...serverNames, uris: ['sip:fe01.contoso.example'] } }),
  subject: () => ({
    certificate: altered({ subject: createName([{ oid: oids.commonName, value: 'fe02.contoso.example' }]) }),
  }),
  'key-identifiers': () => ({ certificate: without(oids.authorityKeyIdentifier) }),
  'distribution-point': () => ({ certificate: without(oids.cRLDistributionPoints) }),
  'issuer-name': () => ({
    certificate: altered({ issuer: createName([{ oid: oids.commonName, value: 'Contoso Root CA' }]) }),
  }),
  'signature-algorithm': () => ({
    certificate: altered({ signatureAlgorithm: createAlgorithm(oids.ecdsaWithSHA384) }),
  }),
  'unknown-critical': () => ({
    certificate: altered({
      extensions: [
        ...sound.extensions,
        { oid: '1.3.6.1.4.1.99999.1', critical: true, value: Uint8Array.of(0x05, 0x00) },
      ],
    }),
  }),
};

function rulesBroken({ certificate = sound, names = serverNames, profile = 'server' }: Breach): LintRule[] {
  const findings = lintCertificate({
    certificate,
    names,
    profile: profiles[profile],
    issuer: authority.issuer,
  });
  return findings.map(({ rule }) => rule);
}

describe('each rule of the lint', () => {
  for (const rule of lintRules) {
    it(`${rule} finds a certificate that breaks it`, async () => {
      expect(rulesBroken(await breaches[rule]())).toContain(rule);
    });
  }

  it('holds for what we issue', () => {
    expect(rulesBroken({})).toEqual([]);
  });

  it('refuses an IP address in the certificate of a server', () => {
    expect(rulesBroken({ names: { ...serverNames, ipAddresses: ['192.0.2.1'] } })).toContain('name-form');
  });

  it('refuses a service a wildcard, a URI that is not a SPIFFE ID, two of them, and another spelling of an address', () => {
    const none = { commonName: '', dnsNames: [], uris: [] };
    const id = 'spiffe://contoso.example/orders';
    const bad: readonly Partial<CertificateNames>[] = [
      { dnsNames: ['*.contoso.example'] },
      { uris: ['sip:contoso.example'] },
      { uris: [id, `${id}/2`] },
      { ipAddresses: ['::1'] },
      { ipAddresses: ['localhost'] },
    ];
    for (const names of bad)
      expect(rulesBroken({ profile: 'service', names: { ...none, ...names } })).toContain('name-form');
    const good = { dnsNames: ['localhost'], uris: [id], ipAddresses: ['0:0:0:0:0:0:0:1', '127.0.0.1'] };
    expect(rulesBroken({ profile: 'service', names: { ...none, ...good } })).not.toContain('name-form');
  });

  it('refuses a DNS name in the certificate of an administrator', () => {
    expect(rulesBroken({ profile: 'administrator' })).toContain('name-form');
  });
});

describe('the serial number', () => {
  it('is refused if the source of randomness is stuck', async () => {
    const { issuance } = testIssuance(authority, { random: (length) => new Uint8Array(length) });
    await expect(issuance.sign('server', serverNames, await publicKey('P-256'))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
    });
  });

  it('is positive and canonical whatever the octets are', async () => {
    for (let first = 0; first < 256; first++) {
      const random = (length: number): Uint8Array => {
        const octets = randomBytes(length);
        octets[0] = first;
        return octets;
      };
      const { issuance } = testIssuance(authority, { random });
      const leaf = await issuance.sign('server', serverNames, sound.publicKey);
      if ('reason' in leaf) throw new Error(leaf.message);
      expect(read(leaf.der).serialHex).toBe(leaf.serialHex);
    }
  });
});
