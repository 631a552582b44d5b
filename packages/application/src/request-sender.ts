import { addressOfRecord, type SipRequest } from '@entente/sip';
import type { Topology } from '@entente/topology';

/** Who sends a request, as a front end vouches for it. */
export interface RequestSender {
  /**
   * Address of record that a front end has authenticated, or another application of its own, e.g. `alice@contoso.example`; undefined where
   * nobody vouches for one, as for users of partners and callers from the telephone network.
   */
  readonly address: string | undefined;
  /** Whether the sender asks that its identity stays with servers: do not show it to other users (RFC 3323 §4.2, RFC 3325 §9.3). */
  readonly isPrivate: boolean;
  /** FQDN of the front end that brought the request. */
  readonly server: string;
}

/**
 * Who sends a request that a front end brought: P-Asserted-Identity, which front ends write and take off what others wrote.
 * @param request - over a connection to a front end
 * @param server - FQDN of the front end
 * @see RFC 3325 §5
 */
export function senderOf(request: SipRequest, server: string): RequestSender {
  const asserted = request.has('P-Asserted-Identity') ? request.addressesOf('P-Asserted-Identity') : [];
  const first = asserted.find(({ uri }) => uri.kind === 'sip');
  const from = request.from.uri;
  const isAnonymous = from.kind === 'sip' && from.host === 'anonymous.invalid';
  return {
    address: first === undefined ? undefined : addressOfRecord(first.uri),
    isPrivate: isAnonymous || asksForPrivacy(request),
    server,
  };
}

/**
 * Under what the calls of a sender count together: its address, or where nobody vouches for one, all callers of the domain in From, with an `@`
 * before it. A partner may write any user there, and no domain but its own; it is the same one at whatever edge it comes. A gateway may
 * write any domain, so its callers count apart from those of others: many of them are `anonymous.invalid`.
 * @param request - that begins a call
 * @param sender - of it
 * @param topology - says which servers have handed it on
 */
export function callerOf(
  request: SipRequest,
  { address }: RequestSender,
  topology: Pick<Topology, 'servers'>,
): string {
  if (address !== undefined) return address;
  const { uri } = request.from;
  const domain = (uri.kind === 'sip' ? uri.host : uri.scheme).toLowerCase();
  const from = broughtBy(request, topology);
  return from === undefined ? `@${domain}` : `@${domain} ${from}`;
}

/** Our servers that hand calls on: a gateway reaches the front ends through one of mediation. */
const between: ReadonlySet<string | undefined> = new Set(['front-end', 'director', 'mediation']);

/**
 * The gateway that handed a request to our servers. What is below the Via of an edge may be made up; and a gateway may write any name there, so
 * that those which the topology does not list are one.
 */
function broughtBy({ vias }: SipRequest, { servers }: Pick<Topology, 'servers'>): string | undefined {
  for (const { host } of vias) {
    const name = host.toLowerCase();
    const role = servers.get(name)?.role;
    if (!between.has(role)) return role === 'gateway' ? name : undefined;
  }
  return undefined;
}

function asksForPrivacy(request: SipRequest): boolean {
  if (!request.has('Privacy')) return false;
  return request
    .all('Privacy')
    .some((field) => field.split(/[;,]/).some((value) => value.trim().toLowerCase() !== 'none'));
}
