import { describe, expect, it } from 'vitest';
import type { AuditTrail, StoredAuditRecord } from '../audit-trail.ts';
import { createMemoryAuditTrail } from '../memory-audit-trail.ts';
import { auditCompliance } from './index.ts';
import type { AuditTrailUnderTest } from './rule.ts';

/** A trail in memory with one behaviour broken. */
function broken(change: (sound: AuditTrail) => Partial<AuditTrail>): () => AuditTrailUnderTest {
  return () => {
    const sound = createMemoryAuditTrail();
    return { trail: { ...sound, ...change(sound) } };
  };
}

const without = (field: keyof StoredAuditRecord) =>
  broken((sound) => ({
    async read(query) {
      const page = await sound.read(query);
      return { ...page, records: page.records.map((one) => ({ ...one, [field]: undefined }) as never) };
    },
  }));

const brokenFakes: Record<string, () => AuditTrailUnderTest> = {
  'reads-what-was-recorded': without('from'),
  'newest-first': broken((sound) => ({
    async read(query) {
      const { records } = await sound.read(query);
      return { records: [...records].reverse() };
    },
  })),
  pages: broken((sound) => ({
    read: (query) => sound.read(query.before === undefined ? query : { ...query, before: query.before - 1 }),
  })),
  filters: broken((sound) => ({ read: ({ actor: _, ...query }) => sound.read(query) })),
  'bounds-a-page': broken((sound) => ({
    read: (query) =>
      sound.read({ ...query, limit: Math.min(1000, Math.max(1, Math.floor(query.limit) || 1)) }),
  })),
  'closed-is-closed': broken(() => ({ [Symbol.asyncDispose]: async () => {} })),
  'survives-a-crash': () => ({
    trail: createMemoryAuditTrail(),
    reopen: async () => createMemoryAuditTrail(),
  }),
};

describe('the audit trail in memory', () => {
  for (const { rule, check } of auditCompliance({ durable: false })) {
    it(rule, () => check({ trail: createMemoryAuditTrail() }));
  }
});

describe('each compliance rule of the audit trail can fail', () => {
  for (const { id, check } of auditCompliance({ durable: true })) {
    it(`${id} catches a trail that breaks it`, async () => {
      const fake = brokenFakes[id];
      expect(fake, 'a broken fake for this rule').toBeDefined();
      await expect(check((fake as () => AuditTrailUnderTest)())).rejects.toThrow();
    });
  }

  it('has no broken fake without a rule', () => {
    const ids = auditCompliance({ durable: true }).map(({ id }) => id);
    expect(Object.keys(brokenFakes).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
