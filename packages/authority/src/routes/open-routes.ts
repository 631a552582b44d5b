import { enrolHandler, rootsHandler, trustBundleHandler } from '@entente/pki';
import type { Caller } from '../caller.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What anybody may ask for: a certificate, with a token or the certificate before it; the roots; whether the authority runs.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addOpenRoutes(app: AuthorityApp, { authority, refusals }: RouteContext): void {
  const enrolling = (caller: Caller) =>
    enrolHandler({
      issuance: authority.issuance,
      ledger: authority.opened.ledger,
      clock: () => authority.clock.now(),
      onRefused: (refusal, server) =>
        refusals.note(
          refusal,
          caller.kind === 'nobody' && server !== undefined ? { ...caller, claimed: server } : caller,
        ),
    });
  app.all('/enrol', (c) => {
    const { caller } = c.env;
    return enrolling(caller)(c.req.raw, caller.kind === 'server' ? caller : undefined);
  });

  const roots = rootsHandler(authority.bundle);
  const bundle = trustBundleHandler(authority.bundle);
  app.get('/roots.pem', (c) => roots(c.req.raw));
  app.get('/trust-bundle', (c) => bundle(c.req.raw));
  app.get('/healthz', (c) =>
    authority.standing().ok ? c.json({ status: 'ok' }) : c.json({ status: 'ledger-unavailable' }, 503),
  );
}
