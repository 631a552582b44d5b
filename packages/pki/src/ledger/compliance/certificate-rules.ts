import type { Revocation } from '../ledger.ts';
import { entry, issuer, keyHash, type LedgerRule, must, now, rejectsWith, same } from './rule.ts';

/** Rules about certificates and their revocation. */
export const certificateRules: readonly LedgerRule[] = [
  {
    id: 'finds-what-was-appended',
    rule: 'finds an appended certificate by issuer and serial number, with every field',
    durable: false,
    async check({ ledger }) {
      const whole = entry('0a', { interface: 'external', predecessor: { issuer, serialHex: '09' } });
      await ledger.append(whole);
      const found = await ledger.find(issuer, '0a');
      must(same(found, whole), `found ${JSON.stringify(found)}`);
      must((await ledger.find(issuer, '0b')) === undefined, 'found a serial number that was never issued');
      must((await ledger.find('fedcba9876543210', '0a')) === undefined, 'mixed up two issuers');
    },
  },
  {
    id: 'refuses-duplicate-serial',
    rule: 'refuses a serial number that the issuer has used before, also when both come at once',
    durable: false,
    async check({ ledger }) {
      const both = await Promise.allSettled([ledger.append(entry('0a')), ledger.append(entry('0a'))]);
      must(both.filter(({ status }) => status === 'fulfilled').length === 1, 'took both, or neither');
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', ledger.append(entry('0a'))),
        'took a serial number twice',
      );
      await ledger.append(entry('0a', { issuer: 'fedcba9876543210' }));
    },
  },
  {
    id: 'lists-certificates-of-subject',
    rule: 'lists the certificates of one subject, oldest first, without the expired, with the revoked',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01', { notAfter: now - 1 }));
      await ledger.append(entry('02'));
      await ledger.append(entry('03', { subject: 'fe02.contoso.example' }));
      await ledger.append(entry('04'));
      await ledger.revoke(issuer, '04', { at: now, reason: 'superseded' });
      const listed = (await ledger.issuedTo('fe01.contoso.example', now)).map(({ serialHex }) => serialHex);
      must(same(listed, ['02', '04']), `listed ${listed.join()}`);
    },
  },
  {
    id: 'lists-live-subjects',
    rule: 'lists each subject once that holds a live certificate of the profile',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01'));
      await ledger.append(entry('02'));
      await ledger.append(entry('03', { subject: 'fe02.contoso.example' }));
      await ledger.append(entry('04', { subject: 'fe03.contoso.example', notAfter: now - 1 }));
      await ledger.append(entry('05', { subject: 'alice', profile: 'administrator' }));
      await ledger.revoke(issuer, '03', { at: now, reason: 'keyCompromise' });
      const listed = await ledger.subjects('server', now);
      must(same(listed, ['fe01.contoso.example']), `listed ${listed.join()}`);
    },
  },
  {
    id: 'revokes-once',
    rule: 'revokes an issued certificate once, and knows nothing of one that was never issued',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('0a'));
      const outcomes = await Promise.all([
        ledger.revoke(issuer, '0a', { at: now, reason: 'keyCompromise' }),
        ledger.revoke(issuer, '0a', { at: now + 1, reason: 'superseded' }),
        ledger.revoke(issuer, '0b', { at: now, reason: 'superseded' }),
      ]);
      must(same(outcomes, ['revoked', 'already-revoked', 'unknown']), outcomes.join());
      const found = await ledger.find(issuer, '0a');
      must(same(found?.revocation, { at: now, reason: 'keyCompromise' }), JSON.stringify(found?.revocation));
    },
  },
  {
    id: 'hold-may-become-final',
    rule: 'lets a hold become final or end, and lets nothing else be changed (RFC 5280 §5.3.1)',
    durable: false,
    async check({ ledger }) {
      for (const serial of ['0a', '0b', '0c']) await ledger.append(entry(serial));
      await ledger.revoke(issuer, '0a', { at: now, reason: 'certificateHold' });
      await ledger.revoke(issuer, '0b', { at: now, reason: 'certificateHold' });
      await ledger.revoke(issuer, '0c', { at: now, reason: 'keyCompromise' });
      const final = await ledger.revoke(issuer, '0a', { at: now + 1, reason: 'keyCompromise' });
      must(final === 'revoked', `a hold did not become final: ${final}`);
      must(!(await ledger.release(issuer, '0a', now + 2)), 'released a final revocation');
      must(await ledger.release(issuer, '0b', now + 2), 'did not release a hold');
      must(!(await ledger.release(issuer, '0c', now + 2)), 'released a compromised key');
      const listed = (await ledger.revoked(issuer, now)).map(({ serialHex }) => serialHex);
      must(same([...listed].sort(), ['0a', '0c']), `revoked are ${listed.join()}`);
    },
  },
  {
    id: 'lists-revoked',
    rule: 'lists what an issuer revoked in the order of revocation, without what expired before the given time',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01'));
      await ledger.append(entry('02'));
      await ledger.append(entry('03', { notAfter: now - 1 }));
      await ledger.append(entry('04', { issuer: 'fedcba9876543210' }));
      for (const serial of ['03', '02', '01']) {
        await ledger.revoke(issuer, serial, { at: now, reason: 'superseded' });
      }
      await ledger.revoke('fedcba9876543210', '04', { at: now, reason: 'superseded' });
      const listed = (await ledger.revoked(issuer, now)).map(({ serialHex }) => serialHex);
      must(same(listed, ['02', '01']), `listed ${listed.join()}`);
    },
  },
  {
    id: 'crl-numbers-rise',
    rule: 'gives each CRL number of an issuer once, rising by one (RFC 5280 §5.2.3)',
    durable: false,
    async check({ ledger }) {
      const numbers = await Promise.all([1, 2, 3].map(() => ledger.nextCrlNumber(issuer)));
      must(same([...numbers].sort(), [1, 2, 3]), `gave ${numbers.join()}`);
      must((await ledger.nextCrlNumber('fedcba9876543210')) === 1, 'mixed up two issuers');
      must((await ledger.nextCrlNumber(issuer)) === 4, 'did not go on with 4');
    },
  },
  {
    id: 'crl-number-above',
    rule: 'gives a CRL number above the one that is named, and goes on from there',
    durable: false,
    async check({ ledger }) {
      const numbers = [
        await ledger.nextCrlNumber(issuer, 7),
        await ledger.nextCrlNumber(issuer, 7),
        await ledger.nextCrlNumber(issuer, 3),
        await ledger.nextCrlNumber(issuer),
      ];
      must(same(numbers, [8, 9, 10, 11]), `gave ${numbers.join()}`);
    },
  },
  {
    id: 'closed-is-closed',
    rule: 'refuses a change after it was closed',
    durable: false,
    async check({ ledger }) {
      await ledger[Symbol.asyncDispose]();
      must(await rejectsWith('ENTENTE_PKI_LEDGER_CLOSED', ledger.append(entry('0a'))), 'took a change');
    },
  },
  {
    id: 'refuses-unknown-reason',
    rule: 'refuses to record a revocation for a reason that is none, and goes on',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01'));
      for (const reason of ['key-compromise', 'removeFromCRL', undefined, 4]) {
        const revocation = { at: now, reason } as unknown as Revocation;
        const foreign = { issuer, serialHex: '02', notAfter: now + 1 };
        const attempts = [
          () => ledger.revoke(issuer, '01', revocation),
          () => ledger.revokeForeign(foreign, revocation),
          () => ledger.blockKey(keyHash('01'), revocation),
        ];
        for (const attempt of attempts)
          must(await rejectsWith('ENTENTE_PKI_BAD_ARGUMENT', attempt()), `took ${String(reason)}`);
      }
      must((await ledger.find(issuer, '01'))?.revocation === undefined, 'revoked all the same');
      must((await ledger.blockedKey(keyHash('01'))) === undefined, 'blocked the key all the same');
      must(
        (await ledger.revoke(issuer, '01', { at: now, reason: 'superseded' })) === 'revoked',
        'revokes no more',
      );
    },
  },
];
