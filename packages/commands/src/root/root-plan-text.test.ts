import type { RootPlan } from '@entente/pki';
import { createTestAuthority } from '@entente/testkit';
import { decodePemCertificates } from '@entente/x509';
import { expect, it } from 'vitest';
import { describePlan } from './root-plan-text.ts';

it('what the root would sign says at which time: who agrees vouches for the clock', async () => {
  const decoded = decodePemCertificates((await createTestAuthority('Contoso Root CA')).certificatePem);
  const [root] = decoded.ok ? decoded.value : [];
  if (root === undefined) throw new Error('expected a certificate');
  const plan = {
    request: { domain: 'contoso.example', objectsUrl: 'http://ca.contoso.example', outsideObjectsUrls: [] },
    listNumber: 7,
    revoked: [],
    newlyRevoked: [],
    outside: [],
  } as unknown as RootPlan;
  const lines = describePlan(plan, root, Date.UTC(2026, 10, 29, 12));
  expect(lines).toContain('  signed at       2026-11-29T12:00:00Z, by the clock of this machine');
  expect(lines).toContain('  list            number 7, 0 revoked');
});
