import { createTestAuthority, createTestLog } from '@entente/testkit';
import { sampleTopology } from '@entente/testkit/topology';
import { decodePemCertificates } from '@entente/x509';
import { expect, it } from 'vitest';
import { createDomainRevocations, type DomainRevocationOptions } from './domain-revocations.ts';
import { Health } from './health/health.ts';

it('notes whose keys are void before a certificate is revoked that the ledger does not have, and goes on from there after a crash', async () => {
  const authority = await createTestAuthority('Contoso Issuing CA');
  const decoded = decodePemCertificates(
    authority.certificatePem + (await authority.issue({ dnsNames: ['fe1.contoso.example'] })).certificatePem,
  );
  const [issuer, certificate] = decoded.ok ? decoded.value : [];
  if (issuer === undefined || certificate === undefined) throw new Error('expected two certificates');
  const done: unknown[] = [];
  const owed = new Map<string, number>();
  const revoked: object[] = [];
  let disk: Error | undefined;
  const options = {
    ledger: {
      subjects: async () => [],
      find: async () => undefined,
      blockKey: async () => {},
      revoked: async () => revoked,
      async revokeForeign({ serialHex }: { serialHex: string }, revocation: object) {
        done.push('revoked');
        if (revoked.length > 0) return 'already-revoked';
        revoked.push({ serialHex, revocation });
        return 'revoked';
      },
    },
    issuers: { issuer: { id: 'one', certificate: issuer } },
    domainKeys: {
      owed,
      async owe(server: string, at: number) {
        if (disk !== undefined) throw disk;
        done.push(['owed', server, at]);
        owed.set(server, at);
      },
      compromised: async (server: string, at: number) => void done.push(['void', server, at]),
      reconcile: async () => {},
    },
    publish: async () => 7,
    topology: () => undefined,
    health: new Health(),
    now: () => 5,
    log: createTestLog(({ fields }) => void done.push((fields as { event?: unknown }).event)),
  } as unknown as DomainRevocationOptions;
  const revoke = (reason: 'keyCompromise' | 'superseded') =>
    createDomainRevocations(options).revokeCertificate(certificate, reason);
  expect(await revoke('keyCompromise')).toMatchObject({ ok: true });
  expect(done.splice(0)).toEqual([
    ['owed', 'fe1.contoso.example', 5],
    'revoked',
    ['void', 'fe1.contoso.example', 5],
  ]);
  await createDomainRevocations(options).resumeKeys();
  expect(done.splice(0)).toEqual([['void', 'fe1.contoso.example', 5]]);
  await revoke('keyCompromise');
  expect(done.splice(0), 'it was revoked before').toEqual(['revoked', ['void', 'fe1.contoso.example', 5]]);
  revoked.length = 0;
  await revoke('superseded');
  expect(done.splice(0)).toEqual(['revoked']);
  revoked.length = 0;
  disk = new Error('no space left');
  expect(await revoke('keyCompromise'), 'whatever the disk does').toMatchObject({ ok: true });
  expect(done).toEqual(['domain-keys-not-changed', 'revoked', ['void', 'fe1.contoso.example', 5]]);
});

it('changes keys again that could not be changed, also where an attempt that began before has succeeded since', async () => {
  const attempts: { succeed(): void; fail(): void }[] = [];
  const topology = sampleTopology();
  const revocations = createDomainRevocations({
    ledger: { subjects: async () => [] },
    domainKeys: {
      reconcile: () =>
        new Promise<void>((resolve, reject) => {
          attempts.push({ succeed: resolve, fail: () => reject(new Error('the disk is full')) });
        }),
    },
    topology: () => topology,
    health: new Health(),
    now: () => 0,
    log: createTestLog(),
  } as unknown as DomainRevocationOptions);
  const both = [revocations.reconcileKeys(), revocations.reconcileKeys()];
  await expect.poll(() => attempts.length).toBe(2);
  attempts[1]?.fail();
  await both[1];
  attempts[0]?.succeed();
  await both[0];
  const again = revocations.settleKeys();
  await expect.poll(() => attempts.length).toBe(3);
  attempts[2]?.succeed();
  await again;
  await revocations.settleKeys();
  expect(attempts).toHaveLength(3);
});
