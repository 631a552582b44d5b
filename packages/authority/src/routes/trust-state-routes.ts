import { answerWithObject, type Problem } from '@entente/pki';
import { trustStateMediaType } from '@entente/topology';
import type { AuthorityApp, RouteContext } from './route-context.ts';

const listMediaType = 'application/pkix-crl';

/**
 * The trust state, and the revocation lists that it names.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addTrustStateRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.get('/state', (c) => {
    const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    const { current, untold } = authority.states;
    if (current === undefined)
      return refusals.request(untold === undefined ? noState : { ...noState, ...untold }, c.env.caller);
    return c.body(current.text, 200, { 'content-type': trustStateMediaType, 'cache-control': 'no-store' });
  });

  app.get('/lists/:issuer/:shard', (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const { issuer, shard } = c.req.param();
    const list = authority.lists().find((one) => one.issuer === issuer && String(one.shard) === shard);
    if (list === undefined) return refusals.request(noList, caller);
    return answerWithObject(c.req.raw, {
      body: list.der,
      mediaType: listMediaType,
      tag: list.sha256,
      maxAgeSeconds: 0,
    });
  });
}

const noState: Problem = {
  reason: 'not-found',
  message: 'there is no trust state before the first topology is published',
  remedy: 'publish it with entente topology publish',
  status: 404,
};

const noList: Problem = {
  reason: 'not-found',
  message: 'there is no revocation list of this authority and shard',
  remedy: 'request a list that the trust state names',
  status: 404,
};
