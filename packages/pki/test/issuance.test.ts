import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { type IssuanceRequest, lintCertificate, profiles, refuse } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { type CertificateNames, decodeCertificate } from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  now,
  objectsUrl,
  serverNames,
  type TestAuthority,
  testAuthority,
  testIssuance,
} from './authority.ts';

let authority: TestAuthority;
const requester = { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' } as const;
const application = (request: Uint8Array) =>
  ({ profile: 'server', subject: 'fe01.contoso.example', request }) as const;

beforeAll(async () => {
  authority = await testAuthority();
});

async function issued(names: CertificateNames = serverNames) {
  const { issuance, ledger } = testIssuance(authority, { mayIssue: () => ({ ok: true, names }) });
  const key = await createKeyAndRequest({ subject: names.commonName });
  const outcome = await issuance.issue(application(key.request), requester);
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return { key, certificate: outcome.certificate, ledger };
}

describe('an application', () => {
  it.each<[string, object]>([
    ['a misspelt spend', { spent: async () => refuse('token-spent', 'used', 'ask for another one') }],
    ['a misspelt onSigned', { onsigned: () => {} }],
    ['a text to spend', { spend: 'once' }],
    ['a profile that there is not', { profile: 'servers' }],
    ['no subject', { subject: undefined }],
    ['a text as the request', { request: 'x' }],
  ])('is refused, and nothing is signed, where it has %s', async (_what, more) => {
    const { issuance, ledger } = testIssuance(authority, {
      mayIssue: () => ({ ok: true, names: serverNames }),
    });
    const key = await createKeyAndRequest({ subject: serverNames.commonName });
    const given = { ...application(key.request), ...more } as never;
    await expect(issuance.issue(given, requester)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
      place: expect.stringContaining('issue of an issuance'),
    });
    expect(await ledger.subjects('server', now)).toEqual([]);
  });
});

describe('issuing a server certificate', () => {
  it('writes what node:crypto and @peculiar/x509 read the same way', async () => {
    const { key, certificate } = await issued();
    const node = new X509Certificate(certificate.der);
    expect(node.verify(new X509Certificate(authority.issuing).publicKey)).toBe(true);
    expect(node.subject).toBe('CN=fe01.contoso.example');
    expect(node.subjectAltName).toBe(
      'DNS:fe01.contoso.example, DNS:pool01.contoso.example, URI:sip:fe01.contoso.example, URI:sip:pool01.contoso.example',
    );
    expect(node.publicKey.export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(key.publicKey));
    expect(Date.parse(node.validFrom)).toBe(now - 600_000);
    expect(Date.parse(node.validTo)).toBe(now + 7 * 86_400_000);
    expect(node.ca).toBe(false);
    // As a number: one in 256 begins with an octet of zeros, which OpenSSL leaves out.
    expect(BigInt(`0x${node.serialNumber}`)).toBe(BigInt(`0x${certificate.serialHex}`));

    const other = new peculiar.X509Certificate(certificate.der);
    expect(other.getExtension(peculiar.KeyUsagesExtension)?.usages).toBe(
      peculiar.KeyUsageFlags.digitalSignature,
    );
    expect(other.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages).toEqual([
      '1.3.6.1.5.5.7.3.1',
      '1.3.6.1.5.5.7.3.2',
    ]);
    const ids = other.extensions.map(({ type, critical }) => `${type}${critical ? ' critical' : ''}`);
    expect(ids).toContain('2.5.29.31');
    expect(ids.filter((id) => id.endsWith(' critical'))).toEqual([
      '2.5.29.19 critical',
      '2.5.29.15 critical',
    ]);
    const keyId = other.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId;
    const expectedId = await peculiar.SubjectKeyIdentifierExtension.create(other.publicKey);
    expect(keyId).toBe(expectedId.keyId);
    const issuerId = new peculiar.X509Certificate(authority.issuing).getExtension(
      peculiar.SubjectKeyIdentifierExtension,
    )?.keyId;
    expect(other.getExtension(peculiar.AuthorityKeyIdentifierExtension)?.keyId).toBe(issuerId);
  });

  it('records the certificate before it hands it out', async () => {
    const { certificate, ledger } = await issued();
    const recorded = await ledger.find(authority.issuer.id, certificate.serialHex);
    expect(recorded).toMatchObject({
      subject: 'fe01.contoso.example',
      profile: 'server',
      requester: 'server:fe01.contoso.example',
      issuedAt: now,
    });
    expect(recorded?.certificate).toEqual(certificate.der);
  });

  it('hands out the leaf and the issuing authority, not the root', async () => {
    const { certificate } = await issued();
    expect(certificate.chain).toEqual([certificate.der, authority.issuing]);
  });

  it('leaves the subject empty and makes the names critical where the FQDN is longer than a common name may be', async () => {
    const long = `${'a'.repeat(60)}.contoso.example`;
    const { certificate } = await issued({ commonName: long, dnsNames: [long], uris: [`sip:${long}`] });
    const decoded = decodeCertificate(certificate.der);
    expect(decoded.ok && decoded.value.subject.isEmpty).toBe(true);
    const names = decoded.ok && decoded.value.extensions.find(({ oid }) => oid === '2.5.29.17');
    expect(names).toMatchObject({ critical: true });
  });

  it('never lets a certificate outlive its issuer', async () => {
    const { issuance } = testIssuance(authority, { clock: () => now + 729 * 86_400_000 });
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(key.request), requester);
    expect(outcome.ok && outcome.certificate.notAfter).toBe(authority.issuer.certificate.notAfter);
  });

  it('gives certificates 159 random bits of serial number', async () => {
    const { issuance } = testIssuance(authority, { random: (length) => new Uint8Array(length).fill(0xff) });
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(key.request), requester);
    expect(outcome.ok && outcome.certificate.serialHex).toBe(`7f${'ff'.repeat(19)}`);
  });

  it('writes a distribution point per shard that the last octets of the serial number select', async () => {
    const { issuance } = testIssuance(authority, {
      random: (length) => new Uint8Array(length).fill(0x11),
      shards: 16,
    });
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(key.request), requester);
    const decoded = outcome.ok ? decodeCertificate(outcome.certificate.der) : undefined;
    const point = decoded?.ok ? decoded.value.crlDistributionPoints?.[0]?.name : undefined;
    expect(point).toMatchObject({
      type: 'full',
      names: [{ type: 'uri', value: `${objectsUrl}/crl/${authority.issuer.id}/1.crl` }],
    });
  });

  for (const kind of ['ec-p384', 'rsa-3072'] as const) {
    it(`signs with an authority whose key is ${kind}`, async () => {
      const other = await testAuthority(kind);
      const { issuance } = testIssuance(other);
      const key = await createKeyAndRequest({ subject: 'fe01.contoso.example', keyKind: 'rsa-2048' });
      const outcome = await issuance.issue(application(key.request), requester);
      if (!outcome.ok) throw new Error(outcome.refusal.message);
      const node = new X509Certificate(outcome.certificate.der);
      expect(node.verify(new X509Certificate(other.issuing).publicKey)).toBe(true);
    });
  }
});

describe('refusing to issue', () => {
  async function refusal(changes: Parameters<typeof testIssuance>[1], request?: Uint8Array) {
    const { issuance, ledger } = testIssuance(authority, changes);
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(request ?? key.request), requester);
    expect(await ledger.issuedTo('fe01.contoso.example', 0)).toEqual([]);
    return outcome.ok ? undefined : outcome.refusal;
  }

  it('refuses octets that are no request', async () => {
    expect(
      (
        await refusal(
          {},
          Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff),
        )
      )?.reason,
    ).toBe('malformed-request');
    expect((await refusal({}, new Uint8Array(20_000)))?.reason).toBe('malformed-request');
  });

  it('refuses a request that is not signed with its own key', async () => {
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const forged = Uint8Array.from(request);
    const name = Buffer.from(forged).indexOf('fe01');
    forged[name + 3] = '2'.charCodeAt(0);
    expect((await refusal({}, forged))?.reason).toBe('possession-not-proven');
  });

  it('refuses an RSA key of 1024 bits', async () => {
    const { webcrypto } = await import('node:crypto');
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      publicExponent: new Uint8Array([1, 0, 1]),
      modulusLength: 1024,
    };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const weak = await peculiar.Pkcs10CertificateRequestGenerator.create(
      { name: 'CN=fe01.contoso.example', keys, signingAlgorithm: algorithm },
      webcrypto,
    );
    expect((await refusal({}, new Uint8Array(weak.rawData)))?.reason).toBe('key-not-allowed');
  });

  it('refuses what the rule refuses, with the reason of the rule', async () => {
    const no = refuse('not-in-topology', 'fe09 is not in the topology', 'add it');
    expect(await refusal({ mayIssue: () => ({ ok: false, refusal: no }) })).toEqual(no);
  });

  it('asks the rule, before and after signing, with what the request says and who the transport says is asking', async () => {
    const asked: unknown[] = [];
    const { issuance } = testIssuance(authority, {
      mayIssue: (...question) => {
        asked.push(...question);
        return { ok: true, names: serverNames };
      },
    });
    const key = await createKeyAndRequest({
      subject: 'fe01.contoso.example',
      dnsNames: ['pool01.contoso.example'],
    });
    await issuance.issue({ ...application(key.request), interface: 'external' }, requester);
    const request: IssuanceRequest = {
      profile: 'server',
      subject: 'fe01.contoso.example',
      interface: 'external',
      publicKey: key.publicKey,
      requestedNames: ['fe01.contoso.example', 'pool01.contoso.example'],
    };
    expect(asked).toEqual([request, requester, request, requester]);
  });

  it('refuses a request for a name beyond those decided', async () => {
    const { request } = await createKeyAndRequest({
      subject: 'fe01.contoso.example',
      dnsNames: ['fe01.contoso.example', 'ca.contoso.example'],
    });
    const refused = await refusal({}, request);
    expect(refused?.reason).toBe('name-not-allowed');
    expect(refused?.message).toContain('ca.contoso.example');
    // The certificates of a server inside and outside have other names: it may have been the other one.
    expect(refused?.remedy).toContain('--interface external');
  });

  it('refuses a common name beyond those decided', async () => {
    const { request } = await createKeyAndRequest({ subject: 'ca.contoso.example' });
    expect((await refusal({}, request))?.reason).toBe('name-not-allowed');
  });

  for (const [rule, names] of [
    ['names without sip: twin', { ...serverNames, uris: ['sip:fe01.contoso.example'] }],
    ['a wildcard', { commonName: 'fe01.contoso.example', dnsNames: ['*.contoso.example'], uris: [] }],
    [
      'a name in capitals',
      { commonName: 'fe01.contoso.example', dnsNames: ['FE01.contoso.example'], uris: [] },
    ],
    [
      'a server without DNS name',
      { commonName: 'fe01.contoso.example', dnsNames: [], uris: ['sip:a.example'] },
    ],
    ['an IPv4 address as name', { commonName: 'fe01.contoso.example', dnsNames: ['10.0.0.1'], uris: [] }],
    [
      'a hexadecimal IPv4 address as name',
      { commonName: 'fe01.contoso.example', dnsNames: ['0x7f.1'], uris: [] },
    ],
    ['a name that ends in a number', { commonName: 'fe01.contoso.example', dnsNames: ['fe01.7'], uris: [] }],
    [
      'a name that ends in a hexadecimal number',
      { commonName: 'fe01.contoso.example', dnsNames: ['a.0x7f'], uris: [] },
    ],
    [
      'a name that is not ASCII',
      { commonName: 'fe01.contoso.example', dnsNames: ['fé.contoso.example'], uris: [] },
    ],
  ] as const) {
    it(`refuses a decision that would put ${rule} into a certificate`, async () => {
      const refused = await refusal({ mayIssue: () => ({ ok: true, names }) });
      expect(refused?.reason).toBe('profile-violated');
    });
  }

  it('refuses once the issuing authority has ended, and says so and not that names are wrong', async () => {
    const { notAfter } = authority.issuer.certificate;
    // For ten minutes a certificate that ends with its authority would have a validity, though one that is over.
    for (const clock of [notAfter, notAfter + 300_000, notAfter + 86_400_000]) {
      const refused = await refusal({ clock: () => clock });
      expect(refused).toMatchObject({
        reason: 'authority-ended',
        message: expect.stringContaining(new Date(notAfter).toISOString()),
        remedy: expect.stringContaining('entente ca root request'),
      });
    }
    const last = testIssuance(authority, { clock: () => notAfter - 1_000 });
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    expect(await last.issuance.issue(application(request), requester)).toMatchObject({ ok: true });
  });

  it('hands out nothing, and revokes, when the names changed while the certificate was signed', async () => {
    let names: CertificateNames = serverNames;
    const { issuance, ledger } = testIssuance(
      {
        ...authority,
        issuer: {
          ...authority.issuer,
          signer: {
            ...authority.issuer.signer,
            sign(bytes) {
              names = {
                ...serverNames,
                dnsNames: ['fe01.contoso.example'],
                uris: ['sip:fe01.contoso.example'],
              };
              return authority.issuer.signer.sign(bytes);
            },
          },
        },
      },
      { mayIssue: () => ({ ok: true, names }) },
    );
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(request), requester);
    expect(outcome).toMatchObject({ refusal: { reason: 'name-not-allowed' } });
    expect(await ledger.revoked(authority.issuer.id, now)).toHaveLength(1);
  });

  it('hands out nothing, and revokes, when the rule changed while the certificate was signed', async () => {
    let allowed = true;
    const no = refuse('not-in-topology', 'fe01 left the topology', 'add it');
    const { signer } = authority.issuer;
    const { issuance, ledger } = testIssuance(
      {
        ...authority,
        issuer: {
          ...authority.issuer,
          signer: {
            ...signer,
            async sign(bytes) {
              allowed = false;
              return signer.sign(bytes);
            },
          },
        },
      },
      { mayIssue: () => (allowed ? { ok: true, names: serverNames } : { ok: false, refusal: no }) },
    );
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(application(key.request), requester);
    expect(outcome).toEqual({ ok: false, refusal: no });
    const recorded = await ledger.issuedTo('fe01.contoso.example', now);
    expect(recorded.map(({ revocation }) => revocation?.reason)).toEqual(['cessationOfOperation']);
  });

  it('does not sign when the token cannot be spent, and spends none when the request is refused', async () => {
    const { issuance, ledger } = testIssuance(authority);
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const no = refuse('token-spent', 'spent', 'make another');
    const outcome = await issuance.issue({ ...application(key.request), spend: async () => no }, requester);
    expect(outcome).toEqual({ ok: false, refusal: no });
    expect(await ledger.issuedTo('fe01.contoso.example', 0)).toEqual([]);
    let spent = 0;
    const spend = async () => {
      spent++;
      return undefined;
    };
    await issuance.issue({ ...application(randomBytes(50)), spend }, requester);
    const wrong = await createKeyAndRequest({ subject: 'ca.contoso.example' });
    await issuance.issue({ ...application(wrong.request), spend }, requester);
    expect(spent).toBe(0);
  });
});

describe('the lint', () => {
  it('finds nothing in what we issue', async () => {
    const { certificate } = await issued();
    const decoded = decodeCertificate(certificate.der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const subject = {
      certificate: decoded.value,
      profile: profiles.server,
      issuer: authority.issuer,
      names: serverNames,
    };
    expect(lintCertificate(subject)).toEqual([]);
  });

  it('gives a leaf the SHA-1 of its key as identifier', async () => {
    const { certificate } = await issued();
    const decoded = decodeCertificate(certificate.der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const expected = createHash('sha1').update(decoded.value.publicKey.bits).digest();
    expect(Buffer.from(decoded.value.subjectKeyId as Uint8Array)).toEqual(expected);
  });
});
