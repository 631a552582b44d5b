import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { malformed, type WebProblem } from '@entente/accounts/web';
import { peerOf } from '@entente/tls';
import { links, mayRequest, type Topology } from '@entente/topology';

/** Which of our two listeners a request came in on. */
export type WebListener = 'web' | 'proxied';

/** From where a user asks. */
export interface AskedFrom {
  /** Address of the user: that of the connection, or what a judged reverse proxy has noted. */
  readonly client: string;
  readonly where: 'inside' | 'outside';
  /** `https://` and the Host field: the origin of our own pages. */
  readonly origin: string;
}

const hostField = /^(?<name>[a-z0-9.-]{1,253})(?::\d{1,5})?$/;

/**
 * Which client sent a request, and by which name of ours. What a request says of its client counts only where a reverse proxy has brought it, whose
 * certificate was judged (row 10): only its own, last entry is read.
 * @param incoming - the request
 * @param listener - it came in on
 * @param topology - in force
 * @param fqdn - our own name
 */
export function askedFrom(
  incoming: IncomingMessage,
  listener: WebListener,
  topology: Topology,
  fqdn: string,
): AskedFrom | { readonly problem: WebProblem } {
  const host = (incoming.headers.host ?? '').toLowerCase();
  const name = hostField.exec(host)?.groups?.name;
  const origin = `https://${host}`;
  if (listener === 'web') {
    if (!ownNames(topology, fqdn).includes(name ?? '')) return { problem: otherHost };
    return { client: incoming.socket.remoteAddress ?? '', where: 'inside', origin };
  }
  const proxy = peerOf(incoming)?.peer?.server ?? '';
  const allowed = mayRequest(topology, { fqdn: proxy }, { fqdn }, links.reverseProxyToWebServices.row);
  if (!allowed.ok) {
    const { message: detail, remedy } = allowed.rejection;
    return { problem: { status: 403, reason: 'relay-not-allowed', detail, remedy } };
  }
  const side = topology.servers.get(proxy)?.interfaces.external;
  if (name === undefined || side === undefined || ![side.fqdn, ...side.names].includes(name))
    return { problem: otherHost };
  const client = forwardedFor(incoming.headers['x-forwarded-for']);
  return client === undefined ? { problem: noClient } : { client, where: 'outside', origin };
}

/**
 * Refuses what a page of somebody else has made a browser send: another Origin, or a browser that says that the request comes from
 * elsewhere. Clients other than browsers send neither.
 * @param headers - of the request
 * @param origin - ours
 */
export function refuseOtherOrigin(
  headers: IncomingMessage['headers'],
  origin: string,
): WebProblem | undefined {
  const { origin: from, 'sec-fetch-site': site } = headers;
  if (from !== undefined && from !== origin) return otherOrigin;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return otherOrigin;
  return undefined;
}

function ownNames(topology: Topology, fqdn: string): readonly string[] {
  const server = topology.servers.get(fqdn);
  const pool = server?.pool?.fqdn;
  return [fqdn, ...(pool === undefined ? [] : [pool]), ...(server?.interfaces.internal?.names ?? [])];
}

/** The last entry: those before it are what the client has sent. */
function forwardedFor(field: string | readonly string[] | undefined): string | undefined {
  const last = [field ?? []].flat().join(',').split(',').pop()?.trim() ?? '';
  return isIP(last) === 0 ? undefined : last;
}

const otherHost: WebProblem = {
  status: 421,
  reason: 'other-host',
  detail: 'Host: expected a name of this server, found another one',
  remedy: 'Ask by the name that the topology has for web services, or for the reverse proxy.',
};

const otherOrigin: WebProblem = {
  status: 403,
  reason: 'other-origin',
  detail: 'Origin: expected a page of this server, found another one',
  remedy: 'Use the page of this server.',
};

const noClient: WebProblem = malformed(
  'X-Forwarded-For: expected that the reverse proxy writes the address of its client, found none',
);
