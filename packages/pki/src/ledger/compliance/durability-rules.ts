import type { Ledger } from '../ledger.ts';
import {
  entry,
  intent,
  issuer,
  keyHash,
  type LedgerRule,
  type LedgerUnderTest,
  must,
  now,
  rejectsWith,
  same,
  serials,
  storedToken,
} from './rule.ts';

/** Rules about what remains after a crash. */
export const durabilityRules: readonly LedgerRule[] = [
  {
    id: 'survives-certificates',
    rule: 'still knows certificates and revocations after a crash',
    durable: true,
    async check(subject) {
      const { ledger } = subject;
      await Promise.all(['01', '02', '03'].map((serial) => ledger.append(entry(serial))));
      await ledger.revoke(issuer, '02', { at: now, reason: 'keyCompromise' });
      await ledger.revoke(issuer, '03', { at: now, reason: 'certificateHold' });
      await ledger.release(issuer, '03', now + 1);
      const after = await reopened(subject);
      must(same(await after.find(issuer, '01'), entry('01')), 'lost or changed an entry');
      must(
        same((await after.find(issuer, '02'))?.revocation, { at: now, reason: 'keyCompromise' }),
        'lost a revocation',
      );
      must((await after.find(issuer, '03'))?.revocation === undefined, 'lost the end of a hold');
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', after.append(entry('01'))),
        'forgot a used serial number',
      );
    },
  },
  {
    id: 'survives-crl-numbers',
    rule: 'never gives a CRL number again after a crash',
    durable: true,
    async check(subject) {
      await subject.ledger.nextCrlNumber(issuer);
      await subject.ledger.nextCrlNumber(issuer);
      const next = await (await reopened(subject)).nextCrlNumber(issuer);
      must(next === 3, `gave ${next} after 2`);
    },
  },
  {
    id: 'survives-tokens',
    rule: 'still knows after a crash which tokens exist and which are spent',
    durable: true,
    async check(subject) {
      await subject.ledger.addToken(storedToken('aa'));
      await subject.ledger.addToken(storedToken('bb'));
      await subject.ledger.spendToken('aa', 'fe02.contoso.example', keyHash('01'), now);
      const after = await reopened(subject);
      const other = await after.checkToken('aa', keyHash('02'), now);
      must(!other.ok && other.reason === 'token-spent', 'a spent token came back');
      const same = await after.checkToken('aa', keyHash('01'), now);
      must(same.ok && same.again, 'forgot which key has spent a token');
      must((await after.spendToken('bb', 'fe02.contoso.example', keyHash('02'), now)).ok, 'lost a token');
    },
  },
  {
    id: 'survives-intents',
    rule: 'still knows after a crash what was about to be signed, and what of it is revoked',
    durable: true,
    async check(subject) {
      const { ledger } = subject;
      await Promise.all(['01', '02', '03'].map((serial) => ledger.intend(intent(serial))));
      await ledger.append(entry('02'));
      await ledger.revoke(issuer, '03', { at: now, reason: 'superseded' });
      const after = await reopened(subject);
      must(same(await after.unfinished(issuer), [intent('01')]), 'lost, changed or revived an intent');
      must(serials(await after.revoked(issuer, now)) === '03', 'lost the revocation of an intent');
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', after.intend(intent('01'))),
        'forgot the serial number of an intent',
      );
    },
  },
  {
    id: 'survives-blocked-keys',
    rule: 'still knows after a crash which keys are blocked and which foreign certificates are revoked',
    durable: true,
    async check(subject) {
      const { ledger } = subject;
      await ledger.blockKey(keyHash('07'), { at: now, reason: 'keyCompromise' });
      await ledger.revokeForeign(
        { issuer, serialHex: '0f', notAfter: now },
        { at: now, reason: 'superseded' },
      );
      const after = await reopened(subject);
      must((await after.blockedKey(keyHash('07'))) !== undefined, 'unblocked a key');
      must(serials(await after.revoked(issuer, now)) === '0f', 'forgot a foreign certificate');
    },
  },
];

async function reopened(subject: LedgerUnderTest): Promise<Ledger> {
  if (subject.reopen === undefined) throw new Error('the ledger under test cannot be reopened');
  return subject.reopen();
}
