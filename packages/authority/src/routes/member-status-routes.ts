import { readBody } from '@entente/pki';
import { isoTime, maxStandingLength, parseMemberProblems, parseMemberStanding } from '@entente/topology';
import { badOrder, tooLarge } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What members say of themselves, and what administrators see of it.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addMemberStatusRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.post('/standing', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const body = await readBody(c.req.raw, maxStandingLength);
    if (body === undefined) return refusals.request(tooLarge(maxStandingLength), caller);
    const text = Buffer.from(body).toString('utf8');
    const standing = parseMemberStanding(text);
    if (standing === undefined) {
      // Over the same path: the push of an authority of an earlier release carries no other.
      const problems = parseMemberProblems(text);
      if (problems === undefined)
        return refusals.request(
          badOrder(
            'the fields of entente-member-standing/1, and no others, or those of entente-member-problems/1',
          ),
          caller,
        );
      if (caller.kind === 'server') authority.standings.recordProblems(caller.server, problems);
      return c.body(null, 204);
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
