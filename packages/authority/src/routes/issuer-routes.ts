import { rootKeyBeside } from '../roots/root-key-beside.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * Where the rollover of the issuing authorities stands, for administrators.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addIssuerRoutes(app: AuthorityApp, { authority, guard, settings }: RouteContext): void {
  app.get('/issuers', async (c) => {
    const refused = guard('administrator', c.env.caller);
    if (refused !== undefined) return refused;
    const rootKey = await rootKeyBeside(authority.opened.rootKey, settings.directory);
    const status = { ...(await authority.rollover.status()), ...(rootKey === undefined ? {} : { rootKey }) };
    return c.json(status, 200, { 'cache-control': 'no-store' });
  });
}
