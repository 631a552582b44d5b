import { type AccountRecord, parseAccountAddress } from '@entente/accounts';
import type { AccountQuery } from '@entente/accounts/directory';
import { accountVersion, feedMediaType, formatFeedPage, parsePosition } from '@entente/accounts/feed';
import { accountProblem } from '../accounts/account-problem.ts';
import { readerOf } from '../accounts/accounts-readable-by-role.ts';
import { domainsGone, homesGone } from '../accounts/removed-home-pools.ts';
import { revokedCaller } from '../revoked-caller.ts';
import { badOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/** Accounts of a page, unless the query says otherwise. */
const defaultLimit = 1_000;

/**
 * The accounts: servers follow them, administrators list them.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addAccountRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, guard, limited, refusals } = context;

  app.get('/accounts/feed', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller) ?? limited('feed', caller);
    if (refused !== undefined) return refused;
    const reader = () => readerOf(authority.topologies.current?.topology, caller);
    const before = reader();
    if (!before.ok) return refusals.request(before.problem, caller);
    const { since: sinceText, limit: limitText } = c.req.query();
    const since = sinceText === undefined ? undefined : parsePosition(sinceText);
    const limit = limitOf(limitText);
    if (limit === undefined || (sinceText !== undefined && since === undefined)) {
      const expected =
        'no body, "since" with the position of a page and "limit" from 1 to 1000, in the query';
      return refusals.request(badOrder(expected), caller);
    }
    const page = await authority.accounts.changes(since, limit);
    // It tells what proves a password: a server that was taken out while the page was read is told nothing.
    const after = reader();
    if (!after.ok) return refusals.request(after.problem, caller);
    const revoked = caller.kind === 'server' ? await revokedCaller(authority, caller) : undefined;
    if (revoked !== undefined) return refusals.request(revoked.refusal, caller);
    if (!page.ok) return refusals.request(accountProblem(page.refusal), caller);
    const { more, position } = page;
    const changes = page.changes.map(({ address, record, version }) => ({
      address,
      ...(record === undefined ? {} : { account: record.account }),
      // That of the account: its place in the feed moves with its contact list too.
      version: accountVersion(record?.version ?? version, position.epoch),
    }));
    const headers = { 'content-type': feedMediaType, 'cache-control': 'no-store' };
    return c.body(formatFeedPage({ view: after.view, changes, position, more }), 200, headers);
  });

  app.get('/accounts/homes-gone', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const topology = authority.topologies.current?.topology;
    const homes = await homesGone(authority.accounts, topology);
    return c.json({ homes, outside: await domainsGone(authority.accounts, topology) }, 200, {
      'cache-control': 'no-store',
    });
  });

  app.get('/accounts', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const { address, after, home, limit: limitText, state } = c.req.query();
    const limit = limitOf(limitText);
    const isText = [after, home].every((text) => text === undefined || !text.includes('\0'));
    if (
      limit === undefined ||
      !isText ||
      (state !== undefined && state !== 'enabled' && state !== 'disabled')
    ) {
      const expected =
        'no body, "address", or "limit" from 1 to 1000, "after", "home" and "state" (enabled or disabled), in the query';
      return refusals.request(badOrder(expected), caller);
    }
    const headers = { 'cache-control': 'no-store' };
    if (address !== undefined) {
      const parsed = parseAccountAddress(address);
      if (!parsed.ok) return refusals.request(accountProblem(parsed.refusal), caller);
      const record = await authority.accounts.find(parsed.value.address);
      return c.json({ accounts: record === undefined ? [] : [accountView(record)] }, 200, headers);
    }
    const query: AccountQuery = {
      limit,
      ...(after === undefined ? {} : { after }),
      ...(home === undefined ? {} : { home }),
      ...(state === undefined ? {} : { state }),
    };
    const { next, records } = await authority.accounts.list(query);
    return c.json({ accounts: records.map(accountView), next }, 200, headers);
  });
}

/**
 * An account as administrators see it: no verifiers, only for which algorithms there are some.
 * @param record - of the directory
 */
export function accountView({ account, version }: AccountRecord): object {
  const { address, home, number, rights, state, verifiers } = account;
  return { address, home, state, number, rights, algorithms: Object.keys(verifiers), version };
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return defaultLimit;
  return /^([1-9]\d{0,2}|1000)$/.test(text) ? Number(text) : undefined;
}
