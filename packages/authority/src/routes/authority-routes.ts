import { refuse } from '@entente/pki';
import { Hono } from 'hono';
import type { Authority } from '../authority.ts';
import { CallerTurns } from '../limits/caller-turns.ts';
import { RequestLimits } from '../limits/request-limits.ts';
import type { RefusalLog } from '../refusals.ts';
import type { AuthoritySettings } from '../settings.ts';
import { addAccountOrderRoutes } from './account-order-routes.ts';
import { addAccountRoutes } from './account-routes.ts';
import { addAuditRoutes } from './audit-routes.ts';
import { addCertificateRoutes } from './certificate-routes.ts';
import { addDomainKeyRoutes } from './domain-key-routes.ts';
import { addEventRoutes } from './event-routes.ts';
import { guardBy, inTurnBy, limitBy } from './guard.ts';
import { addIssuerRoutes } from './issuer-routes.ts';
import { addJoinTokenRoutes } from './join-token-routes.ts';
import { addMemberStatusRoutes } from './member-status-routes.ts';
import { addOpenRoutes } from './open-routes.ts';
import { addPasswordRoutes } from './password-routes.ts';
import { addRevocationRoutes } from './revocation-routes.ts';
import type { AuthorityApp, Bindings, RouteContext } from './route-context.ts';
import { addTopologyRoutes } from './topology-routes.ts';
import { addTrustStateRoutes } from './trust-state-routes.ts';

/**
 * The HTTPS routes of an authority.
 * @param settings - its names
 * @param authority - the authority
 * @param refusals - logs refusals
 */
export function authorityRoutes(
  settings: AuthoritySettings,
  authority: Authority,
  refusals: RefusalLog,
): AuthorityApp {
  const app: AuthorityApp = new Hono<{ Bindings: Bindings }>();
  const inTurn = inTurnBy(new CallerTurns(), refusals);
  const context: RouteContext = {
    settings,
    authority,
    refusals,
    limited: limitBy(new RequestLimits(() => authority.clock.now()), refusals),
    inTurn,
    guard: guardBy(refusals, settings.fqdn, () => authority.topologies.current?.topology),
  };
  // One with a body would hold its turn for as long as it takes to send it: what administrators send is bounded by the hour.
  app.use(async (c, next) => {
    if (c.req.method === 'POST') return next();
    return inTurn(c.env.caller, async () => {
      await next();
      return c.res;
    });
  });
  addOpenRoutes(app, context);
  addEventRoutes(app, context);
  addTopologyRoutes(app, context);
  addTrustStateRoutes(app, context);
  addMemberStatusRoutes(app, context);
  addDomainKeyRoutes(app, context);
  addAccountRoutes(app, context);
  addAccountOrderRoutes(app, context);
  addPasswordRoutes(app, context);
  addCertificateRoutes(app, context);
  addRevocationRoutes(app, context);
  addJoinTokenRoutes(app, context);
  addAuditRoutes(app, context);
  addIssuerRoutes(app, context);
  app.onError((fault, c) => refusals.fault(fault, c.env.caller));
  app.notFound((c) =>
    refusals.request(
      refuse('not-found', 'there is no resource at this path', 'see the paths of the authority'),
      c.env.caller,
    ),
  );
  return app;
}
