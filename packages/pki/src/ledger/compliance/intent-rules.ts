import {
  entry,
  intent,
  issuer,
  keyHash,
  type LedgerRule,
  must,
  now,
  rejectsWith,
  same,
  serials,
} from './rule.ts';

const other = 'fedcba9876543210';

/** Rules about what is recorded before it is signed, and about what was signed and is recorded nowhere. */
export const intentRules: readonly LedgerRule[] = [
  {
    id: 'intent-until-issued',
    rule: 'lists an intent, oldest first, until its certificate is recorded, and never as a certificate',
    durable: false,
    async check({ ledger }) {
      await ledger.intend(intent('01'));
      await ledger.intend(intent('02'));
      await ledger.intend(intent('03', { issuer: other }));
      must((await ledger.find(issuer, '01')) === undefined, 'found an intent as a certificate');
      must((await ledger.issuedTo('fe01.contoso.example', now)).length === 0, 'listed an intent as issued');
      must(same(await ledger.unfinished(issuer), [intent('01'), intent('02')]), 'listed other intents');
      await ledger.append(entry('01'));
      must(serials(await ledger.unfinished(issuer)) === '02', 'still lists an intent that is completed');
      must((await ledger.find(issuer, '01')) !== undefined, 'does not find what completed an intent');
    },
  },
  {
    id: 'intent-has-the-serial',
    rule: 'refuses an intent for a serial number that an intent or a certificate has',
    durable: false,
    async check({ ledger }) {
      const both = await Promise.allSettled([ledger.intend(intent('01')), ledger.intend(intent('01'))]);
      must(both.filter(({ status }) => status === 'fulfilled').length === 1, 'took both, or neither');
      await ledger.append(entry('02'));
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', ledger.intend(intent('02'))),
        'took the serial number of a certificate',
      );
      await ledger.append(entry('01'));
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', ledger.append(entry('01'))),
        'completed an intent twice',
      );
    },
  },
  {
    id: 'intent-revoked',
    rule: 'revokes an intent like a certificate, and keeps that where its certificate is recorded later',
    durable: false,
    async check({ ledger }) {
      await ledger.intend(intent('01'));
      const outcome = await ledger.revoke(issuer, '01', { at: now, reason: 'superseded' });
      must(outcome === 'revoked', `answered ${outcome}`);
      must((await ledger.unfinished(issuer)).length === 0, 'still lists a revoked intent as unfinished');
      must(serials(await ledger.revoked(issuer, now)) === '01', 'the list of revoked certificates lacks it');
      await ledger.append(entry('01'));
      const found = await ledger.find(issuer, '01');
      must(same(found?.revocation, { at: now, reason: 'superseded' }), JSON.stringify(found?.revocation));
      must(serials(await ledger.revoked(issuer, now)) === '01', 'listed it twice, or no longer');
    },
  },
  {
    id: 'foreign-revoked',
    rule: 'revokes a certificate that was never recorded, once, and a recorded one as usual',
    durable: false,
    async check({ ledger }) {
      await ledger.append(entry('01'));
      const revoke = (serialHex: string, notAfter = now) =>
        ledger.revokeForeign({ issuer, serialHex, notAfter }, { at: now, reason: 'superseded' });
      const outcomes = [await revoke('0f'), await revoke('0f'), await revoke('01'), await revoke('01')];
      must(
        same(outcomes, ['revoked', 'already-revoked', 'revoked', 'already-revoked']),
        `answered ${outcomes.join()}`,
      );
      await revoke('0e', now - 1);
      must(serials(await ledger.revoked(issuer, now)) === '0f,01', 'listed other certificates');
      must((await ledger.find(issuer, '0f')) === undefined, 'made a certificate out of it');
      must((await ledger.find(issuer, '01'))?.revocation !== undefined, 'did not revoke the recorded one');
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', ledger.intend(intent('0f'))),
        'took the serial number of a foreign certificate',
      );
      must(
        await rejectsWith('ENTENTE_PKI_DUPLICATE_SERIAL', ledger.append(entry('0f'))),
        'recorded a certificate with the serial number of a foreign one',
      );
    },
  },
  {
    id: 'key-blocked',
    rule: 'says why a key is blocked: by an order, whose first reason stays, or by a compromised certificate',
    durable: false,
    async check({ ledger }) {
      const [ordered, compromised, superseded, intended] = ['07', '08', '09', '0a'].map(keyHash) as [
        string,
        string,
        string,
        string,
      ];
      await ledger.append(entry('01', { keyHash: compromised }));
      await ledger.append(entry('02', { keyHash: superseded }));
      await ledger.intend(intent('03', { keyHash: intended }));
      must((await ledger.blockedKey(compromised)) === undefined, 'blocked a key for no reason');
      await ledger.revoke(issuer, '01', { at: now, reason: 'keyCompromise' });
      await ledger.revoke(issuer, '02', { at: now, reason: 'superseded' });
      await ledger.revoke(issuer, '03', { at: now, reason: 'keyCompromise' });
      await ledger.blockKey(ordered, { at: now + 1, reason: 'privilegeWithdrawn' });
      await ledger.blockKey(ordered, { at: now + 2, reason: 'unspecified' });
      const found = await Promise.all(
        [ordered, compromised, superseded, intended].map((key) => ledger.blockedKey(key)),
      );
      const compromise = { at: now, reason: 'keyCompromise' };
      const expected = [{ at: now + 1, reason: 'privilegeWithdrawn' }, compromise, undefined, compromise];
      must(same(found, expected), JSON.stringify(found));
    },
  },
];
