import { createTestAuthority } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { externalCertificateProblems } from './external-certificate.ts';

const fqdn = 'edge1.contoso.example';
const access = 'access.contoso.example';
const all = [access, 'sip.contoso.example', 'contoso.example'];
const day = 86_400_000;
const begin = Date.UTC(2026, 11, 1);

function topologyOf(certificate: 'public' | 'enterprise') {
  const interfaces = { external: { fqdn: access, certificate } };
  return sampleTopology({ servers: [sampleFrontEnd, { fqdn, role: 'edge', interfaces }] });
}

async function problemsAfter(
  days: number,
  { certificate = 'public' as 'public' | 'enterprise', dnsNames = all, life = 90 } = {},
) {
  const authority = await createTestAuthority('Public CA');
  const times = { notBefore: begin, notAfter: begin + life * day };
  const decoded = decodePemCertificates((await authority.issue({ dnsNames, ...times })).certificatePem);
  const leaf = decoded.ok ? decoded.value[0]! : expect.fail('expected a certificate');
  return externalCertificateProblems(topologyOf(certificate), fqdn, leaf, begin + days * day);
}

describe('an external certificate that an operator renews', () => {
  it('is a problem from two weeks before its end on, or from the last quarter of a short life', async () => {
    expect(await problemsAfter(75)).toEqual([]);
    const [soon] = await problemsAfter(77);
    expect(soon).toMatchObject({ part: 'external-certificate', stops: false });
    expect(soon?.message).toContain('expires at 2027-03-01');
    expect(soon?.remedy).toContain('replace the files');
    expect(await problemsAfter(4, { life: 6 })).toEqual([]);
    expect(await problemsAfter(5, { life: 6 })).toHaveLength(1);
  });

  it('is one once it has expired, and before it begins, whatever the topology says of it', async () => {
    for (const certificate of ['public', 'enterprise'] as const) {
      const [over] = await problemsAfter(91, { certificate });
      expect(over?.message).toContain('expired at 2027-03-01');
      const [early] = await problemsAfter(-1, { certificate });
      expect(early?.remedy).toContain('check the clock');
    }
  });

  it('is one where it lacks names that the topology wants of a public CA', async () => {
    const [lacks] = await problemsAfter(1, { dnsNames: [access] });
    expect(lacks?.message).toContain('does not have sip.contoso.example, contoso.example');
    expect(lacks?.remedy).toContain(`entente topology certs --for ${fqdn}`);
    expect(await problemsAfter(1, { certificate: 'enterprise', dnsNames: [access] })).toEqual([]);
  });
});
