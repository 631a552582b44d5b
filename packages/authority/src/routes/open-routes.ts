import {
  enrolHandler,
  type IssuedCertificate,
  type Requester,
  rootsHandler,
  trustBundleHandler,
} from '@entente/pki';
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
  const enrol = async (request: Request, caller: Caller): Promise<Response> => {
    let issued: { readonly certificate: IssuedCertificate; readonly requester: Requester } | undefined;
    const handler = enrolHandler({
      issuance: authority.issuance,
      ledger: authority.opened.ledger,
      clock: () => authority.clock.now(),
      onIssued(certificate, requester) {
        issued = { certificate, requester };
      },
      onRefused: (refusal, server) =>
        refusals.note(
          refusal,
          caller.kind === 'nobody' && server !== undefined ? { ...caller, claimed: server } : caller,
        ),
    });
    const response = await handler(request, caller.kind === 'server' ? caller : undefined);
    if (issued === undefined) return response;
    const { certificate, requester } = issued;
    const { notAfter, serialHex: serial, subject } = certificate;
    const isJoin = requester.kind === 'join-token';
    await authority.audit.record({
      ...by(caller),
      ...(isJoin ? { actor: `join-token:${requester.tokenId}` } : {}),
      action: isJoin ? 'certificate-issued' : 'certificate-renewed',
      subject,
      outcome: 'done',
      details: { serial, notAfter },
    });
    return response;
  };
  app.all('/enrol', (c) => {
    const { caller } = c.env;
    const isJoin = c.req.header('authorization') !== undefined || caller.kind !== 'server';
    return limited(isJoin ? 'join' : 'certificate', caller) ?? enrol(c.req.raw, caller);
  });

  const roots = rootsHandler(authority.bundle);
  const bundle = trustBundleHandler(authority.bundle);
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
