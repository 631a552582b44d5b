import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * Where the rollover of the issuing authorities stands, for administrators.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addIssuerRoutes(app: AuthorityApp, { authority, guard }: RouteContext): void {
  app.get('/issuers', async (c) => {
    const refused = guard('administrator', c.env.caller);
    if (refused !== undefined) return refused;
    return c.json(await authority.rollover.status(), 200, { 'cache-control': 'no-store' });
  });
}
