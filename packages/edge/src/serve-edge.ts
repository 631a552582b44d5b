import tls from 'node:tls';
import { authorisePartner } from '@entente/federation';
import { type Logger, logRefusal, OperatorFault } from '@entente/host';
import type { Member } from '@entente/member';
import { defaultTimings } from '@entente/sip';
import { createTokenSource, dialServer, SipEndpoint } from '@entente/sip-endpoint';
import type { ServiceResolver } from '@entente/sip-endpoint/resolve';
import { logConnection, logMessageFault, logRequestRefusal, peerName } from '@entente/sip-relay';
import { type ConnectionRefusal, type Credential, isTrustError, type ServeLimits, serve } from '@entente/tls';
import {
  hopFinder,
  linkOfServer,
  links,
  noLink,
  type ServerInterface,
  type Topology,
} from '@entente/topology';
import { dialPartner } from './dial-partner.ts';
import { Edge } from './edge.ts';
import { openFederationTrust } from './federation-trust.ts';
import { partnerRefusal } from './partner-refusal.ts';
import { serveObjects } from './serve-objects.ts';
import { tellApart } from './tell-apart.ts';

/** An edge that listens on its two sides. */
export interface RunningEdge extends AsyncDisposable {
  readonly ports: {
    readonly inside: number;
    readonly clients: number;
    readonly federation: number;
    /** HTTP for revocation lists and CA certificates, HTTPS for the federation bundle; none where row 19 is closed. */
    readonly objects: number | undefined;
    readonly bundle: number | undefined;
  };
}

/** What an edge is made of. */
export interface ServeEdgeOptions {
  readonly member: Member;
  /** Who we are outside: `member.externalIdentity()`, or a certificate of a public CA. */
  readonly externalIdentity: Credential;
  readonly logger: Logger;
  /** DNS for partners. */
  readonly resolver: ServiceResolver;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Where fetched revocation lists are kept. */
  readonly cacheDirectory: string;
  /** Milliseconds after which a partner's lists are fetched again. Default five minutes. */
  readonly refreshEveryMs?: number;
  /** Bounds of each listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
}

/**
 * Serves both sides of an edge on the ports that the topology names: servers of ours inside (MTLS), external clients (TLS)
 * and federation partners (MTLS) outside, each side with a certificate and a trust of its own.
 * @throws OperatorFault `ENTENTE_NOT_AN_EDGE`; faults of `serve` in `@entente/tls`
 */
export async function serveEdge(options: ServeEdgeOptions): Promise<RunningEdge> {
  const { externalIdentity, logger, member, resolver } = options;
  const { fqdn } = member;
  const { external, internal } = ownInterfaces(member.topology, fqdn);
  const topology = () => member.topology;
  const onRefusal = logRefusal(logger);
  const onPartnerRefusal = (refusal: ConnectionRefusal) => onRefusal(partnerRefusal(refusal));
  const federationTrust = await openFederationTrust(options);
  const allowInside = member.authorise({ fqdn, interface: 'internal', service: 'sip' });
  const allowPartner = member.whileConfirmed(authorisePartner(topology));
  const edge = new Edge({
    names: { inside: internal.fqdn, outside: external.fqdn },
    topology,
    hopInside: hopFinder(topology, fqdn),
    onRefused: (request, refused, connection) => logRequestRefusal(logger, request, refused, connection),
    onUnreachable(name, error) {
      // A refusal by a verdict has been logged with its reason where it was given; others are told here.
      if (isTrustError(error) && error.verdict === undefined) {
        const { reason, remedy } = error.rejection;
        logger.warn(
          { event: 'refused', reason, peer: name, link: links.federation.name, remedy },
          error.message,
        );
      } else if (!isTrustError(error)) {
        logger.warn({ event: 'unreachable', peer: name }, (error as Error).message);
      }
    },
    onFault: (error, connection) => logMessageFault(logger, error, connection),
    onRegistered: (address, connection) => logConnection(logger, connection, address, fqdn),
  });
  const newToken = createTokenSource();
  const timings = { ...defaultTimings, tryingAfterMs: 0 };
  const inside = new SipEndpoint({
    sentBy: { host: internal.fqdn, port: internal.ports.sip as number },
    timings,
    newToken,
    user: edge.userOf('inside'),
    retryOn: (listener) => member.trust.onChange(listener),
    dial: (hop) =>
      dialServer(hop, {
        trust: member.trust,
        identity: member.identity,
        allow: allowInside,
        local: fqdn,
        onRefusal,
      }),
  });
  const outside = new SipEndpoint({
    sentBy: { host: external.fqdn, port: external.ports.federation as number },
    timings,
    newToken,
    user: edge.userOf('outside'),
    retryOn: (listener) => federationTrust.onChange(listener),
    async dial(hop) {
      const socket = await dialPartner(hop, {
        topology,
        allow: allowPartner,
        trust: federationTrust,
        identity: externalIdentity,
        resolver,
        onRefusal: onPartnerRefusal,
      });
      return { socket, link: hop.link };
    },
  });
  edge.attach('inside', inside);
  edge.attach('outside', outside);

  const opened: AsyncDisposable[] = [federationTrust, inside, outside];
  const stop = async (): Promise<void> => {
    for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
  };
  try {
    const served = await serveObjects({ member, identity: externalIdentity, trust: federationTrust, logger });
    opened.push(served);
    const servers = await serve(
      tls,
      {
        trust: member.trust,
        identity: member.identity,
        ...listenAt(internal, 'sip'),
        clientCertificate: 'required',
        allow: allowInside,
        link: { name: 'SIP inside', interface: 'internal', local: fqdn },
        limits: options.limits ?? {},
        onRefusal,
      },
      (socket, peer) => {
        const link = peer.peer === undefined ? noLink : linkOfServer(peer.peer, allowInside);
        const connection = inside.accept(socket, link);
        logConnection(logger, connection, peerName(connection), fqdn);
      },
    );
    opened.push(servers);
    const clients = await serve(
      tls,
      {
        trust: federationTrust,
        identity: externalIdentity,
        ...listenAt(external, 'clients'),
        clientCertificate: 'none',
        link: { name: links.clientToEdge.name, interface: 'external', local: fqdn },
        limits: options.limits ?? {},
        onRefusal,
      },
      (socket) => {
        const sip = () => void outside.accept(socket, links.clientToEdge);
        // The bundle may share the clients' port, as it does by default.
        if (served.bundle === external.ports.clients) tellApart(socket, { sip, http: served.takeHttp });
        else sip();
      },
    );
    opened.push(clients);
    const partners = await serve(
      tls,
      {
        trust: federationTrust,
        identity: externalIdentity,
        ...listenAt(external, 'federation'),
        clientCertificate: 'required',
        allow: allowPartner,
        link: { name: links.federation.name, interface: 'external', local: fqdn },
        limits: options.limits ?? {},
        onRefusal: onPartnerRefusal,
      },
      (socket) => {
        const connection = outside.accept(socket, links.federation);
        logConnection(logger, connection, peerName(connection), external.fqdn);
      },
    );
    opened.push(partners);
    return {
      ports: {
        inside: servers.port,
        clients: clients.port,
        federation: partners.port,
        objects: served.objects,
        bundle: served.bundle,
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ownInterfaces(
  topology: Topology,
  fqdn: string,
): { internal: ServerInterface; external: ServerInterface } {
  const server = topology.servers.get(fqdn);
  const { external, internal } = server?.interfaces ?? {};
  if (server?.role === 'edge' && internal !== undefined && external !== undefined)
    return { internal, external };
  throw new OperatorFault('ENTENTE_NOT_AN_EDGE', {
    sentence: `the topology lists ${fqdn} as ${server === undefined ? 'no server' : server.role}, not as an edge with two interfaces`,
    place: 'the topology',
    remedy: 'add the server with role edge and publish the topology, or correct "fqdn"',
  });
}

function listenAt(side: ServerInterface, service: 'sip' | 'clients' | 'federation') {
  return {
    ...(side.address === undefined ? {} : { host: side.address }),
    port: side.ports[service] as number,
  };
}
