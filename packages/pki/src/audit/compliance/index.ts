import type { AuditTrail } from '../audit-trail.ts';
import { type AuditRule, codeOf, must, now, record, same } from './rule.ts';

export type { AuditRule, AuditTrailUnderTest } from './rule.ts';

/**
 * Every rule that an implementation of the audit trail must pass. Run each one against a fresh, empty trail with any test runner:
 * `check` resolves if the rule holds and rejects with the breach if not.
 * @param options - `durable: false` leaves out the rules about a crash, for a trail in memory
 */
export function auditCompliance(options: { readonly durable: boolean }): readonly AuditRule[] {
  return options.durable ? rules : rules.filter((rule) => !rule.durable);
}

const rules: readonly AuditRule[] = [
  {
    id: 'reads-what-was-recorded',
    rule: 'gives every field of a record back',
    durable: false,
    async check({ trail }) {
      const { from: _, subject: __, ...small } = record({ actor: 'authority', action: 'list-signed' });
      await trail.record(record({ reason: 'keyCompromise', outcome: 'refused' }));
      await trail.record(small);
      const { records } = await trail.read({ limit: 10 });
      const expected = [
        { ...small, number: 2 },
        { ...record({ reason: 'keyCompromise', outcome: 'refused' }), number: 1 },
      ];
      must(same(records, expected), 'lost or changed a field');
    },
  },
  {
    id: 'newest-first',
    rule: 'numbers the records in the order of the calls, and reads the newest first',
    durable: false,
    async check({ trail }) {
      await Promise.all(subjects(5).map((subject) => trail.record(record({ subject }))));
      const { records, next } = await trail.read({ limit: 5 });
      must(
        same(
          records.map(({ number }) => number),
          [5, 4, 3, 2, 1],
        ),
        'the numbers do not fall from 5 to 1',
      );
      must(
        same(
          records.map(({ subject }) => subject),
          subjects(5).reverse(),
        ),
        'another order than recorded',
      );
      must(next === undefined, 'names a next page after the last record');
    },
  },
  {
    id: 'pages',
    rule: 'gives each record on exactly one page, while others are added',
    durable: false,
    async check({ trail }) {
      for (const subject of subjects(5)) await trail.record(record({ subject }));
      const first = await trail.read({ limit: 2 });
      await trail.record(record({ subject: 'added' }));
      const found = first.records.map(({ subject }) => subject);
      must(found.length === 2, `expected 2 records, found ${found.length}`);
      for (let { next } = first, pages = 0; next !== undefined && pages < 9; pages++) {
        const page = await trail.read({ limit: 2, before: next });
        found.push(...page.records.map(({ subject }) => subject));
        next = page.next;
      }
      must(same(found, subjects(5).reverse()), `the pages had ${found.join(' ')}`);
    },
  },
  {
    id: 'filters',
    rule: 'finds records by action, by subject and by actor',
    durable: false,
    async check({ trail }) {
      await trail.record(record({ subject: 'a' }));
      await trail.record(record({ actor: 'administrator:bob', subject: 'b' }));
      await trail.record(record({ action: 'certificate-revoked', subject: 'c' }));
      await trail.record(record({ subject: 'd' }));
      const numbers = async (query: object) =>
        (await trail.read({ limit: 10, ...query })).records.map(({ number }) => number);
      must(same(await numbers({ action: 'token-ordered' }), [4, 2, 1]), 'did not filter by action');
      must(same(await numbers({ actor: 'administrator:bob' }), [2]), 'did not filter by actor');
      must(same(await numbers({ subject: 'c' }), [3]), 'did not filter by subject');
      const page = await trail.read({ limit: 2, action: 'token-ordered' });
      must(page.next !== undefined, 'named no next page of a filtered query');
      const rest = await trail.read({ limit: 2, action: 'token-ordered', before: page.next ?? 0 });
      must(
        same(
          rest.records.map(({ number }) => number),
          [1],
        ),
        'another next page of a filtered query',
      );
    },
  },
  {
    id: 'bounds-a-page',
    rule: 'refuses a limit below 1 or above 1000',
    durable: false,
    async check({ trail }) {
      for (const limit of [0, 1001, 1.5, Number.NaN]) {
        const code = await codeOf(trail.read({ limit }));
        must(code === 'ENTENTE_PKI_BAD_ARGUMENT', `answered the limit ${limit} with ${String(code)}`);
      }
    },
  },
  {
    id: 'closed-is-closed',
    rule: 'refuses every call once it is closed',
    durable: false,
    async check({ trail }) {
      await trail.record(record());
      await trail[Symbol.asyncDispose]();
      const codes = [await codeOf(trail.record(record())), await codeOf(trail.read({ limit: 1 }))];
      must(same(codes, Array(2).fill('ENTENTE_PKI_AUDIT_CLOSED')), `answered with ${codes.join(' ')}`);
    },
  },
  {
    id: 'survives-a-crash',
    rule: 'still has every acknowledged record after a crash, and goes on counting',
    durable: true,
    async check({ reopen, trail }) {
      if (reopen === undefined) throw new Error('the audit trail under test cannot be reopened');
      await Promise.all(subjects(3).map((subject) => trail.record(record({ subject, at: now + 1 }))));
      const after: AuditTrail = await reopen();
      await after.record(record({ subject: 'after' }));
      const { records } = await after.read({ limit: 10 });
      must(
        same(
          records.map(({ subject }) => subject),
          ['after', ...subjects(3).reverse()],
        ),
        'lost a record',
      );
      must(records[0]?.number === 4, `went on with ${records[0]?.number} after 3`);
    },
  },
];

/** a, b, c… */
function subjects(count: number): string[] {
  return [...'abcdefgh'].slice(0, count);
}
