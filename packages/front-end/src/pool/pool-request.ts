import type { SipRequest } from '@entente/sip';
import type { Topology } from '@entente/topology';
import { registrationsEvent } from './copy-message.ts';

/**
 * Whether a request publishes what another server knows of registrations.
 * @param request - for this server itself
 */
export function isCopies(request: SipRequest): boolean {
  return request.method === 'PUBLISH' && request.get('Event') === registrationsEvent;
}

/**
 * Whether a request is by what the servers of a pool stay one: copies, and the question whether this one is there, by OPTIONS where the other does not ask by a
 * keep-alive. Refused under load, both
 * would have the others take this server for dead or behind, and do more.
 * @param request - whose form is not checked yet
 * @param from - FQDN that its sender has proven; undefined for a client
 * @param self - this server, and the topology in force
 */
export function isOfPool(
  request: SipRequest,
  from: string | undefined,
  { fqdn, topology }: { readonly fqdn: string; readonly topology: Topology },
): boolean {
  const pool = topology.servers.get(fqdn)?.pool;
  if (from === undefined || pool === undefined || topology.servers.get(from)?.pool !== pool) return false;
  return isCopies(request) || (request.method === 'OPTIONS' && isFor(request, fqdn));
}

function isFor({ uri }: SipRequest, fqdn: string): boolean {
  return uri.kind === 'sip' && uri.host === fqdn;
}
