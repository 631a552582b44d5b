import { createTestAuthority, createTestLog } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import type { IdentitySource } from '@entente/tls';
import { decodePemCertificates } from '@entente/x509';
import { expect, it } from 'vitest';
import { missingNames, warnOfMissingNames } from './missing-names.ts';

const fqdn = 'edge1.contoso.example';
const access = 'access.contoso.example';
const interfaces = { external: { fqdn: access, certificate: 'public' as const } };
const topology = sampleTopology({ servers: [sampleFrontEnd, { fqdn, role: 'edge', interfaces }] });

async function leafWith(dnsNames: readonly string[]) {
  const authority = await createTestAuthority('Public CA');
  const decoded = decodePemCertificates((await authority.issue({ dnsNames })).certificatePem);
  const leaf = decoded.ok ? decoded.value[0] : undefined;
  if (leaf === undefined) throw new Error('expected a certificate');
  return leaf;
}

it('a certificate of a public CA has the names that the topology wants, or the log says which it lacks', async () => {
  const all = [access, 'sip.contoso.example', 'contoso.example'];
  expect(missingNames(topology, fqdn, await leafWith(all))).toEqual([]);
  expect(missingNames(topology, fqdn, await leafWith(['*.contoso.example', 'contoso.example']))).toEqual([]);
  const other = await leafWith(['other.example', 'contoso.example']);
  const lines: unknown[] = [];
  const log = createTestLog(({ fields }) => void lines.push(fields));
  let leaf = await leafWith(all);
  let replaced = (): void => {};
  const identity = {
    get current() {
      return { leaf };
    },
    onChange(listener: () => void) {
      replaced = listener;
      return () => {
        replaced = () => {};
      };
    },
  } as unknown as IdentitySource;
  const watch = warnOfMissingNames({ topology: () => topology, fqdn, identity, log });
  expect(lines).toEqual([]);
  leaf = other;
  replaced();
  expect(lines).toEqual([
    expect.objectContaining({
      event: 'external-certificate-names',
      missing: [access, 'sip.contoso.example'],
      remedy: expect.stringContaining(`entente topology certs --for ${fqdn}`),
    }),
  ]);
  await watch[Symbol.asyncDispose]();
  replaced();
  expect(lines).toHaveLength(1);
});
