import type { RootPlan } from '@entente/pki';
import { createTestAuthority } from '@entente/testkit';
import { decodePemCertificates } from '@entente/x509';
import { expect, it } from 'vitest';
import { describePlan } from './root-plan-text.ts';

const time = Date.UTC(2026, 10, 29, 12);

async function start() {
  const decoded = decodePemCertificates((await createTestAuthority('Contoso Root CA')).certificatePem);
  const [certificate] = decoded.ok ? decoded.value : [];
  if (certificate === undefined) throw new Error('expected a certificate');
  const plan = {
    request: { domain: 'contoso.example', objectsUrl: 'http://ca.contoso.example', outsideObjectsUrls: [] },
    listNumber: 7,
    revoked: [],
    newlyRevoked: [],
    outside: [],
  } as unknown as RootPlan;
  return { certificate, plan };
}

it('what the root would sign says at which time: who agrees vouches for the clock', async () => {
  const { certificate, plan } = await start();
  const lines = describePlan(plan, { certificate, list: Uint8Array.of(0x30) }, time);
  expect(lines).toContain('  signed at       2026-11-29T12:00:00Z, by the clock of this machine');
  expect(lines).toContain('  list            number 7, 0 revoked');
  expect(lines.join()).not.toContain('NO list');
});

it('what the root would sign says where only the request knows the last list', async () => {
  const { certificate, plan } = await start();
  const lines = describePlan(plan, { certificate, list: undefined }, time);
  expect(lines[lines.indexOf('  list            number 7, 0 revoked') + 1]).toBe(
    '                  after the list of the request: the folder of the root has NO list of its own',
  );
});
