import { type LedgerRule, must, now, same, storedToken } from './rule.ts';

/** Rules about join tokens. */
export const tokenRules: readonly LedgerRule[] = [
  {
    id: 'token-spent-once',
    rule: 'lets one of many concurrent callers spend a token',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => ledger.spendToken('aa', 'fe02.contoso.example', now)),
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
      const late = await ledger.spendToken('aa', 'fe02.contoso.example', now + 1);
      must(same(late, { ok: false, reason: 'token-expired' }), JSON.stringify(late));
      const inTime = await ledger.spendToken('aa', 'fe02.contoso.example', now);
      must(inTime.ok, JSON.stringify(inTime));
    },
  },
  {
    id: 'token-bound-to-server',
    rule: 'refuses a token to another server, and does not spend it by that',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const other = await ledger.spendToken('aa', 'fe01.contoso.example', now);
      must(same(other, { ok: false, reason: 'token-for-another-server' }), JSON.stringify(other));
      const right = await ledger.spendToken('aa', 'fe02.contoso.example', now);
      must(right.ok, JSON.stringify(right));
    },
  },
  {
    id: 'token-unknown',
    rule: 'refuses a token that was never made',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const outcome = await ledger.spendToken('ab', 'fe02.contoso.example', now);
      must(same(outcome, { ok: false, reason: 'token-unknown' }), JSON.stringify(outcome));
    },
  },
  {
    id: 'token-check-spends-nothing',
    rule: 'says whether a token would do without spending it',
    durable: false,
    async check({ ledger }) {
      await ledger.addToken(storedToken('aa'));
      const checked = await ledger.checkToken('aa', now);
      must(same(checked, { ok: true, token: storedToken('aa') }), JSON.stringify(checked));
      const spent = await ledger.spendToken('aa', 'fe02.contoso.example', now);
      must(spent.ok, `after a check: ${JSON.stringify(spent)}`);
      const again = await ledger.checkToken('aa', now);
      must(same(again, { ok: false, reason: 'token-spent' }), JSON.stringify(again));
    },
  },
];
