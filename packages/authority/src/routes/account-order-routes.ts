import { type Account, checkAccount, parseAccountAddress } from '@entente/accounts';
import { importAccounts } from '@entente/accounts/import';
import type { Problem } from '@entente/pki';
import type { AuditAction } from '@entente/pki/audit';
import {
  type AccountChangeOrder,
  homeGone,
  readAccount,
  readChange,
  refuseByTopology,
} from '../accounts/account-order.ts';
import { accountProblem } from '../accounts/account-problem.ts';
import { changeAccount } from '../accounts/change-account.ts';
import { NumbersInUse, type RefuseNumber, type ReplaceNumbers } from '../accounts/numbers-in-use.ts';
import { by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import { revokedCaller } from '../revoked-caller.ts';
import { accountView } from './account-routes.ts';
import { badOrder, readOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/** Accounts that one order adds. */
const maxAccounts = 500;
const maxOrderBytes = 1_048_576;
/** Characters of an address in a record that nobody has looked at yet. */
const maxSubject = 320;
/** The same of a number. */
const maxNumber = 32;
/** Characters of all addresses in a record. */
const maxAddresses = 8_000;

const actionOf: Readonly<
  Record<
    'password' | 'home' | 'number' | 'removal' | 'enabled' | 'disabled' | 'granted' | 'revoked',
    AuditAction
  >
> = {
  password: 'account-password-set',
  home: 'account-moved',
  number: 'account-number-set',
  removal: 'account-removed',
  enabled: 'account-enabled',
  disabled: 'account-disabled',
  granted: 'account-right-granted',
  revoked: 'account-right-revoked',
};

/**
 * What administrators do with accounts. No topology is signed for it: an account says who may sign in, never which server is believed.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addAccountOrderRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, guard, inTurn, refusals } = context;
  const topology = () => authority.topologies.current?.topology;
  const numbers = new NumbersInUse(authority.accounts);
  /** A turn has been waited for: they may have been removed meanwhile, or their certificate revoked, which closes a connection alone. */
  const notAnyMore = async (caller: Caller): Promise<Response | undefined> => {
    const removed = guard('administrator', caller);
    if (removed !== undefined || caller.kind === 'nobody') return removed;
    const revoked = await revokedCaller(authority, caller);
    return revoked && refusals.request(revoked.refusal, caller);
  };

  /** The account has this home already, which a version has taken away since: what the authority has may come back from a copy. */
  const hasHome = async ({ address, home }: Account): Promise<boolean> => {
    const parsed = parseAccountAddress(address);
    if (!parsed.ok) return false;
    return (await authority.accounts.find(parsed.value.address))?.account.home === home;
  };

  app.post('/accounts', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'account', maxOrderBytes);
    if (order instanceof Response) return order;
    const accounts = accountsIn(order.accounts);
    const { existing = 'refuse' } = order;
    if (accounts === undefined || (existing !== 'refuse' && existing !== 'replace')) {
      const expected = `"accounts", 1 to ${maxAccounts} with "address", "verifiers", "home", "state", "number" and "rights", and "existing": refuse or replace`;
      return refusals.request(badOrder(expected), caller);
    }
    const store = async (refuseNumber: RefuseNumber, replaceNumbers?: ReplaceNumbers): Promise<Response> => {
      const removed = await notAnyMore(caller);
      if (removed !== undefined) return removed;
      const inForce = topology();
      const byTopology: (Problem | undefined)[] = [];
      const warned: (Problem & { readonly index: number })[] = [];
      for (const [index, account] of accounts.entries()) {
        const problem = refuseByTopology(account, inForce);
        const isKept =
          existing === 'replace' && problem?.reason === 'home-unknown' && (await hasHome(account));
        if (isKept) warned.push({ index, ...homeGone(account) });
        byTopology.push(isKept ? undefined : problem);
      }
      const isReplaced = (account: Account, line: number) =>
        byTopology[line] === undefined && checkAccount(account).ok;
      const replaced =
        existing === 'replace'
          ? replaceNumbers?.(
              accounts.map((account, line) => (isReplaced(account, line) ? account : undefined)),
            )
          : undefined;
      const looked = accounts.map((account, line) => ({
        account,
        line,
        problem:
          byTopology[line] ?? (replaced === undefined ? refuseNumber(account) : replaced.problems[line]),
      }));
      const good = looked.filter(({ problem }) => problem === undefined);
      const [only] = accounts.length === 1 ? accounts : [];
      const entry = {
        ...by(caller),
        ...(only === undefined ? {} : { subject: only.address.slice(0, maxSubject) }),
        outcome: 'done',
      } as const;
      // Before it takes effect: what was changed is in the trail even where the authority stops half-way, or the disk is full.
      for (const addresses of addressesOf(good.map(({ account }) => account))) {
        const details = { accounts: accounts.length, existing, addresses };
        await authority.audit.record({ ...entry, action: 'accounts-ordered', details });
      }
      for (const address of replaced?.givenUp ?? []) {
        const given = await changeAccount(authority.accounts, address, { what: 'number', number: undefined });
        if (!given.ok && given.refusal.reason !== 'account-unknown')
          return refusals.request(accountProblem(given.refusal), caller);
      }
      const {
        refused,
        refusedCount: _,
        ...counts
      } = await importAccounts(authority.accounts, good, { existing });
      const problems = [
        ...looked.flatMap(({ line, problem }) => (problem === undefined ? [] : [{ line, problem }])),
        ...refused.map(({ line, refusal }) => ({ line, problem: accountProblem(refusal) })),
      ].sort((one, other) => one.line - other.line);
      if (counts.added + counts.replaced > 0) {
        await authority.audit.record({
          ...entry,
          action: only === undefined || counts.replaced > 0 ? 'accounts-imported' : 'account-added',
          details: { ...counts, refused: problems.length },
        });
      }
      const [first] = problems;
      if (only !== undefined && first !== undefined) return refusals.request(first.problem, caller);
      const why = problems.map(({ line, problem: { message, reason, remedy } }) => ({
        index: line,
        reason,
        message,
        remedy,
      }));
      const told = warned.filter(({ index }) => !problems.some(({ line }) => line === index));
      const warnings = told.length === 0 ? {} : { warned: told.map(({ status: _, ...warning }) => warning) };
      return c.json({ ...counts, refused: why, ...warnings }, 200, { 'cache-control': 'no-store' });
    };
    const givesNumbers = accounts.some(({ number }) => number !== undefined);
    return inTurn(caller, () => (givesNumbers ? numbers.alone(store) : store(() => undefined)));
  });

  app.post('/accounts/change', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'account');
    if (order instanceof Response) return order;
    const read = readChange(order);
    if (read === undefined) {
      const expected =
        '"address", and exactly one of "verifiers", "state", "home" or "number" (or null), "grant" or "revoke" with a right, and "remove": true';
      return refusals.request(badOrder(expected), caller);
    }
    const { change } = read;
    const parsed = parseAccountAddress(read.address);
    if (!parsed.ok) return refusals.request(accountProblem(parsed.refusal), caller);
    const { address } = parsed.value;
    const home = change.what === 'home' ? change.home : undefined;
    const number = change.what === 'number' ? change.number : undefined;
    const store = async (refuseNumber: RefuseNumber): Promise<Response> => {
      const removed = await notAnyMore(caller);
      if (removed !== undefined) return removed;
      const refusedHome = home === undefined ? undefined : refuseByTopology({ address, home }, topology());
      const problem = refusedHome ?? (number === undefined ? undefined : refuseNumber({ address, number }));
      if (problem !== undefined) return refusals.request(problem, caller);
      const entry = { ...by(caller), subject: address, outcome: 'done' } as const;
      const action = actionOf[actionName(change)];
      const details = detailsOf(change);
      // Before it takes effect, as above.
      const ordered = { change: action, ...details };
      await authority.audit.record({ ...entry, action: 'account-change-ordered', details: ordered });
      const outcome = await changeAccount(authority.accounts, address, change);
      if (!outcome.ok) return refusals.request(accountProblem(outcome.refusal), caller);
      const { changed, record } = outcome;
      if (changed) await authority.audit.record({ ...entry, action, details });
      const account = record === undefined ? null : accountView(record);
      return c.json({ address, changed, account }, 200, { 'cache-control': 'no-store' });
    };
    return inTurn(caller, () => (number === undefined ? store(() => undefined) : numbers.alone(store)));
  });
}

/**
 * The addresses of an order, for its records: with spaces between them, in as many texts as it takes, at least one. What is not an address is refused
 * anyway, and may be long.
 */
function addressesOf(accounts: readonly Account[]): readonly string[] {
  const texts: string[] = [];
  let text = '';
  for (const { address } of accounts) {
    const parsed = parseAccountAddress(address);
    if (!parsed.ok) continue;
    if (text.length + parsed.value.address.length > maxAddresses) {
      texts.push(text);
      text = '';
    }
    text += text === '' ? parsed.value.address : ` ${parsed.value.address}`;
  }
  return [...texts, text];
}

/** What the record of a change says beside its action. */
function detailsOf(change: AccountChangeOrder): Readonly<Record<string, string>> {
  if (change.what === 'right') return { right: change.right };
  if (change.what === 'home' && change.home !== undefined) return { home: change.home };
  // Nobody has looked at it yet.
  return change.what === 'number' && change.number !== undefined
    ? { number: change.number.slice(0, maxNumber) }
    : {};
}

function actionName(change: AccountChangeOrder): keyof typeof actionOf {
  if (change.what === 'right') return change.isGranted ? 'granted' : 'revoked';
  return change.what === 'state' ? change.state : change.what;
}

function accountsIn(value: unknown): readonly Account[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxAccounts) return undefined;
  const accounts = value.map(readAccount);
  return accounts.every((account) => account !== undefined) ? accounts : undefined;
}
