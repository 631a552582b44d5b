import { createTestLog } from '@entente/testkit';
import { sampleTopology } from '@entente/testkit/topology';
import { expect, it } from 'vitest';
import { createDomainRevocations, type DomainRevocationOptions } from './domain-revocations.ts';
import { Health } from './health/health.ts';

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
