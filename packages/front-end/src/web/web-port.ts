import type { IncomingMessage } from 'node:http';
import type { WebProblem } from '@entente/accounts/web';
import { endInTime, FollowedListener, type Logger, serveHttps } from '@entente/host';
import type { Member } from '@entente/member';
import { type ConnectionRefusal, peerOf, type ServeLimits } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { links, mayRequest, takesFrom } from '@entente/topology';
import { answerWeb } from './answer-web.ts';
import type { WebAccess } from './web-access.ts';
import { WebRequestLog } from './web-request-log.ts';

/** What the port for web services is opened with. */
export interface WebPortOptions {
  readonly member: Pick<Member, 'authorise' | 'fqdn' | 'identity' | 'topology' | 'trust'>;
  readonly access: WebAccess;
  readonly logger: Logger;
  readonly onRefusal: (refusal: ConnectionRefusal) => void;
}

/** A few servers dial it, each with a few connections: what outsiders hold open must not keep them out. */
const limits = {
  maxConnections: 1_024,
  maxConnectionsPerAddress: 256,
  maxConnectionsPerPeer: 128,
  maxPending: 512,
  maxPendingPerAddress: 64,
  whenPendingIsFull: 'close-silent',
} as const satisfies ServeLimits;
const http = { maxHeaderBytes: 8_192, requestTimeoutMs: 10_000, keepAliveTimeoutMs: 30_000 };
const answerTimeoutMs = 30_000;

/**
 * The port of a front end at which web services ask (row 11): open exactly while the topology in force lets a server with that role ask
 * this one. It admits those alone, each judged by its certificate.
 * @param options - who this server is, and what it answers
 */
export function openWebPort({ access, logger, member, onRefusal }: WebPortOptions): FollowedListener {
  const { fqdn, identity, trust } = member;
  const lines = new WebRequestLog(logger);
  const connections = new RefusalLimit();
  const handle = answerWeb({
    access,
    refuse: (incoming) => refuseSender(member, incoming),
    serverOf: (incoming) => peerOf(incoming)?.peer?.server ?? '',
    onRefused: (incoming, problem) => lines.refused(problem, peerOf(incoming)?.peer?.server),
    onFault: (incoming, fault) => lines.fault(fault, peerOf(incoming)?.peer?.server),
  });
  return new FollowedListener({
    wanted() {
      const { topology } = member;
      const own = takesFrom(topology, fqdn, links.webServicesToFrontEnd);
      const port = own?.ports.web;
      return port === undefined ? undefined : { host: own?.address, port };
    },
    onFault: (error) => {
      const { message, remedy } = error as Error & { remedy?: string };
      logger.error({ event: 'web-not-listening', remedy }, `web services cannot ask this server: ${message}`);
    },
    listen: async ({ host, port }) => {
      const server = await serveHttps(
        {
          trust,
          identity,
          ...(host === undefined ? {} : { host }),
          port,
          clientCertificate: 'required',
          allow: member.authorise({ fqdn, interface: 'internal', service: 'web' }),
          link: { name: links.webServicesToFrontEnd.name, interface: 'internal', local: fqdn },
          limits,
          http,
          onRefusal,
        },
        (incoming, outgoing) => {
          endInTime(outgoing, answerTimeoutMs);
          handle(incoming, outgoing).catch(() => outgoing.destroy());
        },
      );
      server.server.on('secureConnection', (socket) => logLink(logger, connections, socket, fqdn));
      return server;
    },
  });
}

/** The topology may let a server open the link, and send no requests on it. */
function refuseSender(
  { fqdn, topology }: WebPortOptions['member'],
  incoming: IncomingMessage,
): WebProblem | undefined {
  const from = peerOf(incoming)?.peer?.server ?? '';
  const allowed = mayRequest(topology, { fqdn: from }, { fqdn }, links.webServicesToFrontEnd.row);
  if (allowed.ok) return undefined;
  const { message: detail, remedy } = allowed.rejection;
  return { status: 403, reason: 'relay-not-allowed', detail, remedy };
}

/** A server that connects again and again fills no disk. */
function logLink(logger: Logger, limit: RefusalLimit, socket: object, fqdn: string): void {
  const { cipher, peer, protocol: tls } = peerOf(socket) ?? {};
  const leftOut = limit.line({ name: peer?.server, admitted: true });
  if (leftOut === undefined) return;
  const { name, protection, row: link } = links.webServicesToFrontEnd;
  logger.info(
    { event: 'link', link, from: peer?.server, to: fqdn, protection, tls, cipher, ...leftOut },
    name,
  );
}
