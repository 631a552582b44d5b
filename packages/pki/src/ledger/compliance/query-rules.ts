import { entry, issuer, keyHash, type LedgerRule, must, now, rejectsWith, same, serials } from './rule.ts';

/** Rules about finding certificates by something else than their serial number. */
export const queryRules: readonly LedgerRule[] = [
  {
    id: 'lists-certificates-of-key',
    rule: 'lists the certificates of one key, oldest first, with the expired and the revoked',
    durable: false,
    async check({ ledger }) {
      const [one, another] = [keyHash('01'), keyHash('02')];
      await ledger.append(entry('03', { notAfter: now - 1 }));
      await ledger.append(entry('02', { keyHash: another }));
      await ledger.append(entry('01', { subject: 'fe02.contoso.example' }));
      await ledger.revoke(issuer, '01', { at: now, reason: 'superseded' });
      const listed = await ledger.issuedFor(one);
      must(serials(listed) === '03,01', `listed ${serials(listed)}`);
      must(listed[1]?.revocation?.reason === 'superseded', 'left a revocation out');
      must((await ledger.issuedFor(keyHash('03'))).length === 0, 'listed something for an unknown key');
    },
  },
  {
    id: 'lists-successors',
    rule: 'lists the certificates that renewed another one, oldest first, with the expired and the revoked',
    durable: false,
    async check({ ledger }) {
      const predecessor = { issuer, serialHex: '0a' };
      await ledger.append(entry('0a'));
      await ledger.append(entry('03', { predecessor, notAfter: now - 1 }));
      await ledger.append(entry('02', { predecessor: { issuer: 'fedcba9876543210', serialHex: '0a' } }));
      await ledger.append(entry('01', { predecessor }));
      await ledger.revoke(issuer, '01', { at: now, reason: 'superseded' });
      const listed = await ledger.successors(predecessor);
      must(serials(listed) === '03,01', `listed ${serials(listed)}`);
      must(listed[1]?.revocation?.reason === 'superseded', 'left a revocation out');
    },
  },
  {
    id: 'lists-in-pages',
    rule: 'lists certificates in the order of recording, page by page, also while others are recorded',
    durable: false,
    async check({ ledger }) {
      for (const serial of ['05', '04', '03', '02']) await ledger.append(entry(serial));
      const first = await ledger.list({ limit: 3 });
      must(serials(first.certificates) === '05,04,03' && first.next !== undefined, 'another first page');
      await ledger.append(entry('01'));
      const second = await ledger.list({ limit: 2, after: first.next as string });
      must(serials(second.certificates) === '02,01', `then ${serials(second.certificates)}`);
      must(second.next === undefined, 'a page after the last one');
      await ledger.revoke(issuer, '05', { at: now, reason: 'superseded' });
      const [revoked] = (await ledger.list({ limit: 1 })).certificates;
      must(revoked?.revocation?.reason === 'superseded', 'left a revocation out');
    },
  },
  {
    id: 'lists-by-query',
    rule: 'lists only what has the subject and the profile of the query and is not expired at its time',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01', { subject: 'alice', profile: 'administrator' }));
      await ledger.append(entry('02', { notAfter: now - 1 }));
      await ledger.append(entry('03'));
      await ledger.append(entry('04', { subject: 'alice', profile: 'user' }));
      await ledger.append(entry('05'));
      const lists = async (query: object): Promise<string> =>
        serials((await ledger.list({ limit: 10, ...query })).certificates);
      const listed = [
        await lists({ subject: 'alice' }),
        await lists({ profile: 'server' }),
        await lists({ validAt: now }),
        await lists({ subject: 'alice', profile: 'user', validAt: now }),
        await lists({ subject: 'bob' }),
      ];
      must(same(listed, ['01,04', '02,03,05', '01,03,04,05', '04', '']), listed.join(' '));
      const page = await ledger.list({ limit: 1, profile: 'server', validAt: now });
      const next = await ledger.list({ limit: 1, profile: 'server', validAt: now, after: `${page.next}` });
      must(serials(next.certificates) === '05' && next.next === undefined, 'another second page');
    },
  },
  {
    id: 'bounds-a-page',
    rule: 'refuses a page of no certificates or of more than 1,000, and one after something that is not a page',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01'));
      for (const query of [{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { limit: 1, after: 'x' }]) {
        must(await rejectsWith('ENTENTE_PKI_BAD_ARGUMENT', ledger.list(query)), JSON.stringify(query));
      }
      must((await ledger.list({ limit: 1_000 })).certificates.length === 1, 'refused a page of 1,000');
    },
  },
];
