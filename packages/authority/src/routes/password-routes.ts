import { parseAccountAddress, sameVerifiers } from '@entente/accounts';
import type { Problem } from '@entente/pki';
import { isTexts } from '../accounts/account-order.ts';
import { accountProblem } from '../accounts/account-problem.ts';
import { readerOf } from '../accounts/accounts-readable-by-role.ts';
import { by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import { RateLimit } from '../limits/rate-limit.ts';
import { revokedCaller } from '../revoked-caller.ts';
import { badOrder, readObject } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

const maxBytes = 4_096;
/** Of one user over one server. */
const rateOfUser = { burst: 5, perHour: 5 };
/**
 * Of one user over all servers: each change is stored, recorded for ever, and told to every front end. More than one server may use up, so
 * that one which was taken over keeps no user from a change over another one.
 */
const rateOverall = { burst: 20, perHour: 20 };
const maxRemembered = 20_000;

/**
 * Users change their passwords: the server that has verified the present one sends the verifiers of the new one.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addPasswordRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, guard, inTurn, limited, refusals } = context;
  const now = () => authority.clock.now();
  const [changes, overall] = [rateOfUser, rateOverall].map(
    (rate) => new RateLimit(rate, maxRemembered, now),
  ) as [RateLimit, RateLimit];
  /** Servers that verify passwords, as the topology in force says, and whose certificate counts. */
  const refuse = async (caller: Caller): Promise<Problem | undefined> => {
    const reader = readerOf(authority.topologies.current?.topology, caller);
    if (!reader.ok) return reader.problem;
    if (reader.view !== 'verifiers') return noVerifiers;
    return caller.kind === 'server' ? (await revokedCaller(authority, caller))?.refusal : undefined;
  };

  app.post('/accounts/password', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller) ?? limited('password', caller);
    if (refused !== undefined) return refused;
    const before = await refuse(caller);
    if (before !== undefined) return refusals.request(before, caller);
    const { address: named, from, to, ...others } = (await readObject(c.req.raw, maxBytes)) ?? {};
    if (typeof named !== 'string' || !isTexts(from) || !isTexts(to) || Object.keys(others).length > 0)
      return refusals.request(badOrder('"address", and verifiers in "from" and "to"'), caller);
    const parsed = parseAccountAddress(named);
    if (!parsed.ok) return refusals.request(accountProblem(parsed.refusal), caller);
    const { address } = parsed.value;
    return inTurn(caller, async () => {
      // The body has been waited for, and the turn: the server may have been taken out meanwhile.
      const after = await refuse(caller);
      if (after !== undefined) return refusals.request(after, caller);
      const server = caller.kind === 'server' ? caller.server : '';
      const own = changes.take([server, address].join(' '));
      // What one server may not do counts for no other one.
      const taken = own.ok ? overall.take(address) : own;
      if (!taken.ok) return refusals.request(tooOften(address, taken.retryAfterSeconds), caller);
      const entry = { ...by(caller), subject: address, outcome: 'done' } as const;
      const action = 'account-password-changed';
      const known = await authority.accounts.find(address);
      // Before it takes effect: it is in the trail even where the authority stops half-way. What will be refused is not: a server may name anyone.
      if (known !== undefined && sameVerifiers(known.account.verifiers, from))
        await authority.audit.record({
          ...entry,
          action: 'account-change-ordered',
          details: { change: action },
        });
      const outcome = await authority.accounts.changeVerifiers(address, from, to);
      if (!outcome.ok) return refusals.request(accountProblem(outcome.refusal), caller);
      await authority.audit.record({ ...entry, action, details: {} });
      return c.body(null, 204);
    });
  });
}

const noVerifiers: Problem = {
  reason: 'role-not-allowed-on-link',
  message: 'expected a server that verifies passwords, found one that does not',
  remedy: 'let the user change the password over a front end',
  status: 403,
};

function tooOften(
  address: string,
  retryAfterSeconds: number,
): Problem & { readonly retryAfterSeconds: number } {
  return {
    reason: 'throttled',
    message: `expected at most ${rateOfUser.perHour} new passwords of ${address} an hour over one server, and ${rateOverall.perHour} over all, found more`,
    remedy: `let the user try again in ${retryAfterSeconds} seconds`,
    status: 429,
    retryAfterSeconds,
  };
}
