import { keyHash, type LedgerRule, must, now, same, storedToken } from './rule.ts';

const key = keyHash('01');
const otherKey = keyHash('02');

/** Rules about join tokens. */
export const tokenRules: readonly LedgerRule[] = [
  {
    id: 'token-spent-once',
    rule: 'lets one of many keys that come at once spend a token',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          ledger.spendToken('aa', 'fe02.contoso.example', keyHash(`${index + 10}`), now),
        ),
      );
      const winners = outcomes.filter(({ ok }) => ok).length;
      must(winners === 1, `${winners} of 20 spent it`);
      must(
        outcomes.every((outcome) => outcome.ok || outcome.reason === 'token-spent'),
        'the others were not told token-spent',
      );
    },
  },
  {
    id: 'token-expires',
    rule: 'refuses a token after its time, and not at its time',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa', { notAfter: now }));
      const late = await ledger.spendToken('aa', 'fe02.contoso.example', key, now + 1);
      const token = storedToken('aa', { notAfter: now });
      must(same(late, { ok: false, reason: 'token-expired', token }), JSON.stringify(late));
      const inTime = await ledger.spendToken('aa', 'fe02.contoso.example', key, now);
      must(inTime.ok, JSON.stringify(inTime));
    },
  },
  {
    id: 'token-bound-to-server',
    rule: 'refuses a token to another server, and does not spend it by that',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const other = await ledger.spendToken('aa', 'fe01.contoso.example', key, now);
      const refused = { ok: false, reason: 'token-for-another-server', token: storedToken('aa') };
      must(same(other, refused), JSON.stringify(other));
      const right = await ledger.spendToken('aa', 'fe02.contoso.example', key, now);
      must(right.ok, JSON.stringify(right));
    },
  },
  {
    id: 'token-unknown',
    rule: 'refuses a token that was never made',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const outcome = await ledger.spendToken('ab', 'fe02.contoso.example', key, now);
      must(same(outcome, { ok: false, reason: 'token-unknown' }), JSON.stringify(outcome));
    },
  },
  {
    id: 'token-check-spends-nothing',
    rule: 'says whether a token would do without spending it',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const checked = await ledger.checkToken('aa', key, now);
      must(same(checked, { ok: true, token: storedToken('aa'), again: false }), JSON.stringify(checked));
      const spent = await ledger.spendToken('aa', 'fe02.contoso.example', key, now);
      must(spent.ok && !spent.again, `after a check: ${JSON.stringify(spent)}`);
      const again = await ledger.checkToken('aa', key, now);
      must(same(again, { ok: true, token: storedToken('aa'), again: true }), JSON.stringify(again));
      const other = await ledger.checkToken('aa', otherKey, now);
      must(!other.ok && other.reason === 'token-spent', JSON.stringify(other));
    },
  },
  {
    id: 'token-bound-to-key',
    rule: 'lets the key that spent a token use it again until it expires, and no other key',
    durable: false,
    async check({ ledger }) {
      const token = storedToken('aa', { replace: true });
      await ledger.addToken(token);
      const spend = (by: string, at: number) => ledger.spendToken('aa', 'fe02.contoso.example', by, at);
      const outcomes = [await spend(key, now), await spend(otherKey, now), await spend(key, now + 1000)];
      const expected = [
        { ok: true, token, again: false },
        { ok: false, reason: 'token-spent', token },
        { ok: true, token, again: true },
      ];
      must(same(outcomes, expected), JSON.stringify(outcomes));
      const late = await spend(key, now + 1001);
      must(!late.ok && late.reason === 'token-expired', JSON.stringify(late));
    },
  },
];
