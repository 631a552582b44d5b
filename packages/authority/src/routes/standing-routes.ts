import { readBody } from '@entente/pki';
import { isoTime, maxStandingLength, parseMemberStanding } from '@entente/topology';
import { badOrder, tooLarge } from './order.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What members say of themselves, and what administrators see of it.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addStandingRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.post('/standing', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const body = await readBody(c.req.raw, maxStandingLength);
    if (body === undefined) return refusals.request(tooLarge(maxStandingLength), caller);
    const standing = parseMemberStanding(Buffer.from(body).toString('utf8'));
    if (standing === undefined) {
      return refusals.request(badOrder('the fields of entente-member-standing/1, and no others'), caller);
    }
    if (caller.kind === 'server') {
      authority.standings.record(caller.server, standing);
      authority.behind.look(caller.server, standing);
    }
    return c.body(null, 204);
  });

  app.get('/members', (c) => {
    const refused = guard('administrator', c.env.caller);
    if (refused !== undefined) return refused;
    const { clock, standings } = authority;
    return c.json(
      { at: isoTime(clock.now()), since: isoTime(standings.since), members: standings.list() },
      200,
      { 'cache-control': 'no-store' },
    );
  });
}
