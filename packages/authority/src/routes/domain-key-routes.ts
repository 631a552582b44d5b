import { formatPoolKeys, poolKeysMediaType } from '@entente/pki';
import { giveDomainKeys } from '../give-domain-keys.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * The keys of a pool, for its servers.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addDomainKeyRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.get('/domain-keys', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const answer = await giveDomainKeys(authority, caller);
    if (!answer.ok) return refusals.request(answer.problem, caller);
    const headers = { 'content-type': poolKeysMediaType, 'cache-control': 'no-store' };
    return c.body(formatPoolKeys(answer.keys), 200, headers);
  });
}
