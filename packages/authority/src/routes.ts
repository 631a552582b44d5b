import { randomBytes } from 'node:crypto';
import {
  enrolHandler,
  formatJoinToken,
  formatPoolKeys,
  isRevocationReason,
  issueJoinToken,
  type Problem,
  poolKeysMediaType,
  readBody,
  refuse,
  rootsHandler,
  trustBundleHandler,
} from '@entente/pki';
import { administratorSetHash } from '@entente/topology';
import { Hono } from 'hono';
import type { Caller } from './caller.ts';
import type { AuthorityEvent } from './event-hub.ts';
import { giveDomainKeys } from './give-domain-keys.ts';
import type { Authority } from './open-domain-authority.ts';
import type { RefusalLog } from './refusals.ts';
import type { AuthoritySettings } from './settings.ts';

/** What belongs to a request beside itself. */
export interface Bindings {
  readonly caller: Caller;
}

type Guarded = 'member' | 'administrator';

const maxTopologyBytes = 8_388_608;
const maxOrderBytes = 4_096;
const signedMediaType = 'application/jose+json';

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
): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  const { ledger } = authority.opened;
  const standing = (): AuthorityEvent[] => {
    const topology = authority.topologies.current?.topology;
    const list = authority.publisher.current(0);
    return [
      ...(topology === undefined
        ? []
        : [{ type: 'topology', version: topology.document.version, hash: topology.hash } as const]),
      ...(list === undefined
        ? []
        : [{ type: 'crl', issuer: authority.issuance.issuer.id, number: list.number } as const]),
    ];
  };

  const enrolling = (caller: Caller) =>
    enrolHandler({
      issuance: authority.issuance,
      ledger,
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
  app.get('/healthz', (c) => c.json({ status: 'ok' }));

  const guard = (who: Guarded, caller: Caller): Response | undefined => {
    if (caller.kind === 'nobody') {
      return refusals.request(
        refuse(
          'no-certificate',
          'expected a client certificate, found none',
          'connect with the certificate of a member',
        ),
        caller,
      );
    }
    if (who === 'member' || caller.kind === 'administrator') return undefined;
    return refusals.request(
      {
        reason: 'role-not-allowed-on-link',
        message: `expected an administrator, found the server ${caller.server}`,
        remedy: 'use the client certificate of an administrator',
        status: 403,
      },
      caller,
    );
  };

  app.get('/events', (c) => {
    const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    return authority.events.listen(standing()) ?? refusals.request(tooManyListeners, c.env.caller);
  });

  app.get('/topology/:version?', async (c) => {
    const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    const number = c.req.param('version');
    const text =
      number === undefined ? authority.topologies.current?.text : await versionText(authority, number);
    if (text === undefined) return refusals.request(noTopology, c.env.caller);
    return c.body(text, 200, { 'content-type': signedMediaType, 'cache-control': 'no-store' });
  });

  app.get('/domain-keys', async (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const answer = await giveDomainKeys(authority, caller);
    if (!answer.ok) return refusals.request(answer.problem, caller);
    const headers = { 'content-type': poolKeysMediaType, 'cache-control': 'no-store' };
    return c.body(formatPoolKeys(answer.keys), 200, headers);
  });

  app.post('/topology', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const body = await readBody(c.req.raw, maxTopologyBytes);
    if (body === undefined) return refusals.request(tooLarge(maxTopologyBytes), caller);
    const result = await authority.publish(Buffer.from(body).toString('utf8'));
    if (!result.accepted) return refusals.request({ ...result.refusal, status: 422 }, caller);
    const { document, hash } = result.topology;
    return c.json({ version: document.version, hash, effect: result.effect, signers: result.signers });
  });

  app.post('/revoke', async (c) => {
    const { caller } = c.env;
    const order = guard('administrator', caller) ?? (await readOrder(c.req.raw));
    if (order instanceof Response) return order;
    const { serial, server, reason = 'unspecified' } = order ?? {};
    if (!isRevocationReason(reason) || (typeof serial === 'string') === (typeof server === 'string')) {
      return refusals.request(
        badOrder('either "serial" or "server", and "reason" with a name from RFC 5280'),
        caller,
      );
    }
    const outcome =
      typeof serial === 'string'
        ? await authority.revocation.revoke(serial.toLowerCase(), reason)
        : await authority.revocation.revokeSubject(String(server).toLowerCase(), reason);
    return outcome.ok
      ? c.json({ serials: outcome.serials, crlNumber: outcome.crlNumber })
      : refusals.request(outcome.refusal, caller);
  });

  app.post('/join-tokens', async (c) => {
    const { caller } = c.env;
    const order = guard('administrator', caller) ?? (await readOrder(c.req.raw));
    if (order instanceof Response) return order;
    const { server, lifetimeSeconds = 3_600 } = order ?? {};
    const seconds = lifetimeSeconds as number;
    if (typeof server !== 'string' || !Number.isInteger(seconds) || seconds < 1 || seconds > 3_600) {
      return refusals.request(badOrder('"server", and "lifetimeSeconds" from 1 to 3600'), caller);
    }
    const topology = authority.topologies.current?.topology;
    const listed = topology?.servers.get(server);
    if (topology === undefined || listed === undefined) {
      const message =
        topology === undefined
          ? 'no topology has been published yet'
          : `the server ${JSON.stringify(server.slice(0, 253))} is not in the topology`;
      return refusals.request(
        refuse(
          'not-in-topology',
          message,
          'add it with entente topology add server and publish the topology first',
        ),
        caller,
      );
    }
    const token = await issueJoinToken(
      { ledger, clock: () => authority.clock.now(), random: randomBytes },
      {
        authority: settings.authorityUrl,
        server,
        rootSpkiHash: authority.rootSpkiHash,
        administratorsHash: administratorSetHash(topology.document.administrators),
        lifetimeMs: seconds * 1000,
        createdBy: caller.kind === 'administrator' ? caller.name : '',
      },
    );
    const { notAfter } = token;
    return c.json({ token: formatJoinToken(token), server, role: listed.role, notAfter }, 201, {
      'cache-control': 'no-store',
    });
  });

  app.onError((fault, c) => refusals.fault(fault, c.env.caller));
  app.notFound((c) =>
    refusals.request(
      refuse('not-found', 'there is no resource at this path', 'see the paths of the authority'),
      c.env.caller,
    ),
  );
  return app;
}

async function versionText(authority: Authority, number: string): Promise<string | undefined> {
  const version = Number(number);
  const newest = authority.topologies.current?.topology.document.version ?? 0;
  if (!Number.isInteger(version) || version < 1 || version > newest) return undefined;
  return authority.topologies.version(version);
}

/** A small JSON object, or undefined. */
async function readOrder(request: Request): Promise<Record<string, unknown> | undefined> {
  const body = await readBody(request, maxOrderBytes);
  try {
    const value: unknown = JSON.parse(Buffer.from(body ?? []).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const noTopology: Problem = {
  reason: 'not-found',
  message: 'this version of the topology does not exist',
  remedy: 'publish the first one, or request a version that exists',
  status: 404,
};

const tooManyListeners: Problem = {
  reason: 'throttled',
  message: 'the authority has its maximum number of event listeners',
  remedy: 'try again later',
  status: 503,
};

function tooLarge(maxBytes: number): Problem {
  return refuse(
    'request-too-large',
    `expected at most ${maxBytes} octets, found more`,
    'send a smaller document',
  );
}

function badOrder(expected: string): Problem {
  return refuse('malformed-request', `expected a JSON object with ${expected}`, 'correct the request');
}
