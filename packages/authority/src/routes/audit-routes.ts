import { type AuditQuery, maxAuditPage } from '@entente/pki/audit';
import { badOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

const defaultLimit = 100;
/** Longer than `server:` with the longest name of a host. */
const maxActorLength = 300;

/**
 * The audit trail, which administrators read.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addAuditRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.get('/audit', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const query = queryOf(c.req.query());
    if (query === undefined) {
      return refusals.request(
        badOrder(
          `no body, "limit" from 1 to ${maxAuditPage}, "before" with a number, and "actor" as a record has it, in the query`,
        ),
        caller,
      );
    }
    return c.json(await authority.auditTrail.read(query), 200, { 'cache-control': 'no-store' });
  });
}

function queryOf({
  actor,
  before: beforeText,
  limit: limitText,
}: Readonly<Record<string, string>>): AuditQuery | undefined {
  const limit = limitText === undefined ? defaultLimit : count(limitText);
  const before = beforeText === undefined ? Number.POSITIVE_INFINITY : count(beforeText);
  if (limit === undefined || limit > maxAuditPage || before === undefined) return undefined;
  if (actor !== undefined && (actor === '' || actor.length > maxActorLength)) return undefined;
  return {
    limit,
    ...(beforeText === undefined ? {} : { before }),
    ...(actor === undefined ? {} : { actor }),
  };
}

function count(text: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
}
