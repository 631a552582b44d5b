import { enrolHandler, readBody, rootsHandler, trustBundleHandler } from '@entente/pki';
import { by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import { refuseTokenOf } from '../token-creators.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * What anybody may ask for: a certificate, with a token or the certificate before it; the roots; whether the authority is well.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addOpenRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, inTurn, limited, refusals, settings } = context;
  const handle = enrolHandler({
    issuance: authority.issuance,
    ledger: authority.opened.ledger,
    clock: () => authority.clock.now(),
    revoke: authority.revocation.revoke,
    async refuseToken(token) {
      const refusal = await refuseTokenOf(token, {
        fqdn: settings.fqdn,
        ledger: authority.opened.ledger,
        topology: () => authority.topologies.current?.topology,
      });
      if (refusal !== undefined) await authority.audit.refusedToken(refusal, token);
      return refusal;
    },
  });
  const enrol = async (request: Request, caller: Caller): Promise<Response> => {
    let tooMany: Response | undefined;
    const answer = await handle(request, caller.kind === 'server' ? caller : undefined, {
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
      async onRevoked({ serialHex: serial, subject }, requester, reason) {
        await authority.audit.record({
          ...by(caller),
          ...(requester.kind === 'join-token' ? { actor: `join-token:${requester.tokenId}` } : {}),
          action: 'certificate-revoked',
          subject,
          outcome: 'done',
          reason,
          details: { serial },
        });
      },
      onRefused(refusal, server) {
        if (hasToken(request)) tooMany = limited('join', caller);
        if (tooMany !== undefined) return;
        refusals.note(
          refusal,
          caller.kind === 'nobody' && server !== undefined ? { ...caller, claimed: server } : caller,
        );
      },
    });
    return tooMany ?? answer;
  };
  app.all('/enrol', async (c) => {
    const { caller } = c.env;
    // Only tokens that are refused count: a good one passes, also where others have used up what is left to its address.
    const isRenewal = caller.kind === 'server' && c.req.header('authorization') === undefined;
    const tooMany = isRenewal ? limited('certificate', caller) : undefined;
    if (tooMany !== undefined) return tooMany;
    if (c.req.method !== 'POST') return enrol(c.req.raw, caller);
    // A turn is for the ledger: who sends octet by octet holds none meanwhile.
    const request = await withWholeBody(c.req.raw);
    return inTurn(caller, () => enrol(request, caller));
  });

  const roots = rootsHandler(() => authority.publishedRoots.bundle());
  const bundle = trustBundleHandler(() => authority.publishedRoots.bundle());
  app.get('/roots.pem', (c) => roots(c.req.raw));
  app.get('/trust-bundle', (c) => bundle(c.req.raw));
  app.get('/healthz', (c) => {
    const problems = authority.health.reported();
    const isWell = problems.length === 0;
    const status = isWell ? 'ok' : 'unavailable';
    // What is wrong helps an attacker: it is for those who have proven a name.
    const isKnown = c.env.caller.kind !== 'nobody';
    return c.json(isKnown && !isWell ? { status, problems } : { status }, isWell ? 200 : 503, {
      'cache-control': 'no-store',
    });
  });
}

function hasToken(request: Request): boolean {
  return request.method === 'POST' && request.headers.has('authorization');
}

/** What a request for a certificate may have (`enrolHandler`). */
const maxEnrolBytes = 16_384;

/** The same request when its body is there; one that is too long is left to be refused, by its length. */
async function withWholeBody(request: Request): Promise<Request> {
  const body = await readBody(request, maxEnrolBytes);
  const headers = new Headers(request.headers);
  if (body === undefined) headers.set('content-length', String(maxEnrolBytes + 1));
  return new Request(request.url, { method: request.method, headers, body: body ?? '' });
}
