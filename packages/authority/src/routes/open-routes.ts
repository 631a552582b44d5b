import { enrolHandler, rootsHandler, trustBundleHandler } from '@entente/pki';
import { by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What anybody may ask for: a certificate, with a token or the certificate before it; the roots; whether the authority is well.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addOpenRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, limited, refusals } = context;
  const handle = enrolHandler({
    issuance: authority.issuance,
    ledger: authority.opened.ledger,
    clock: () => authority.clock.now(),
    revoke: authority.revocation.revoke,
  });
  const enrol = (request: Request, caller: Caller): Promise<Response> =>
    handle(request, caller.kind === 'server' ? caller : undefined, {
      async onIssued({ notAfter, serialHex: serial, subject }, requester) {
        const isJoin = requester.kind === 'join-token';
        await authority.audit.record({
          ...by(caller),
          ...(isJoin ? { actor: `join-token:${requester.tokenId}` } : {}),
          action: isJoin ? 'certificate-issued' : 'certificate-renewed',
          subject,
          outcome: 'done',
          details: { serial, notAfter },
        });
      },
      async onRevoked({ serialHex: serial, subject }, requester) {
        await authority.audit.record({
          ...by(caller),
          ...(requester.kind === 'join-token' ? { actor: `join-token:${requester.tokenId}` } : {}),
          action: 'certificate-revoked',
          subject,
          outcome: 'done',
          reason: 'superseded',
          details: { serial },
        });
      },
      onRefused: (refusal, server) =>
        refusals.note(
          refusal,
          caller.kind === 'nobody' && server !== undefined ? { ...caller, claimed: server } : caller,
        ),
    });
  app.all('/enrol', (c) => {
    const { caller } = c.env;
    const isJoin = c.req.header('authorization') !== undefined || caller.kind !== 'server';
    return limited(isJoin ? 'join' : 'certificate', caller) ?? enrol(c.req.raw, caller);
  });

  const roots = rootsHandler(() => authority.publishedRoots.bundle());
  const bundle = trustBundleHandler(() => authority.publishedRoots.bundle());
  app.get('/roots.pem', (c) => roots(c.req.raw));
  app.get('/trust-bundle', (c) => bundle(c.req.raw));
  app.get('/healthz', (c) => {
    const problems = authority.health.problems();
    const isWell = problems.length === 0;
    const status = isWell ? 'ok' : 'unavailable';
    // What is wrong helps an attacker: it is for those who have proven a name.
    const isKnown = c.env.caller.kind !== 'nobody';
    return c.json(isKnown && !isWell ? { status, problems } : { status }, isWell ? 200 : 503, {
      'cache-control': 'no-store',
    });
  });
}
