import { anyText } from '@entente/options';
import type { NameAddr, SipMessage, SipRequest, Uri } from '@entente/sip';
import { checkTopology, type Topology } from '@entente/topology';
import { checks } from './checks.ts';
import { checkLists, checkMessage } from './given.ts';
import { showsAsOurs } from './names-of-ours.ts';
import type { PartnerAuthority } from './partner-peer.ts';
import { reachesBeyond } from './text-breaks-out-of-line.ts';

/** Why a message of a partner is refused. The reason is stable. */
export type MessageRejection = {
  /** Stable literal: the domain is not the partner's, or its user looks like one of ours, or the request is not for a domain of ours. */
  readonly reason: 'domain-not-authorised' | 'identity-not-authorised' | 'relay-not-allowed';
  /** Header field that the sentence is about. */
  readonly header: string;
  /** The domain that was found. */
  readonly domain: string;
  /** A sentence: what was found, and why it is refused. */
  readonly message: string;
  /** What to do now. */
  readonly remedy: string;
};

const ofPeer = 'give the authority of what partnerOfPeer has found';

/**
 * The domain authority of a request from a partner, on every request, in dialogs too: From and P-Asserted-Identity must be of domains that this
 * partner may speak for, and their users must not look like ours; the topmost Via and Record-Route must be of hosts in them, the Request-URI must be ours.
 * @param request - as received
 * @param authority - the partner that sent it
 * @param topology - in force
 * @param options - `isFromVouchedFor`: a token of ours says that this partner's user was called by the address in From
 * @returns why it is refused, or `undefined`
 */
export function checkPartnerRequest(
  request: SipRequest,
  authority: PartnerAuthority,
  topology: Topology,
  options: { readonly isFromVouchedFor?: boolean } = {},
): MessageRejection | undefined {
  checkMessage(request, 'checkPartnerRequest', 'request');
  checkLists(authority, ['domains', 'hosts'], 'authority of checkPartnerRequest', ofPeer);
  checkTopology(topology, 'checkPartnerRequest');
  checkLists(options, [], 'options of checkPartnerRequest', 'give { isFromVouchedFor }, or leave it out');
  const { isFromVouchedFor = false } = options;
  if (typeof isFromVouchedFor !== 'boolean')
    throw checks.unlike(
      isFromVouchedFor,
      'true or false',
      'isFromVouchedFor of checkPartnerRequest',
      'give true or false',
    );
  const from = isFromVouchedFor ? undefined : refuseUser('From', request.from, authority, topology);
  if (from !== undefined) return from;
  if (request.has('P-Asserted-Identity')) {
    for (const address of request.addressesOf('P-Asserted-Identity')) {
      const asserted =
        address.uri.kind === 'sip'
          ? refuseUser('P-Asserted-Identity', address, authority, topology)
          : undefined;
      if (asserted !== undefined) return asserted;
    }
  }
  const via = request.topVia.host.toLowerCase();
  if (!isHostOf(authority, via)) return notAuthorised('Via', via, authority);
  const recordRoute = request.has('Record-Route') ? request.recordRoutes[0] : undefined;
  if (recordRoute !== undefined) {
    const host = hostOf(recordRoute.uri);
    if (!isHostOf(authority, host)) return notAuthorised('Record-Route', host, authority);
  }
  const target = hostOf(request.uri);
  if (request.has('Route') || topology.isOurDomain(target)) return undefined;
  return {
    reason: 'relay-not-allowed',
    header: 'Request-URI',
    domain: target,
    message: `The Request-URI is of ${target}, which is not a domain of ours; requests of partners are not relayed to other domains`,
    remedy: `send the request to ${target} directly`,
  };
}

/**
 * Whether a partner may speak for a domain, exactly as listed: a domain below it may be blocked, another partner's or ours, and nobody would
 * know the way to it.
 * @param authority - the partner
 * @param domain - lower case
 */
export function speaksFor(authority: Pick<PartnerAuthority, 'domains'>, domain: string): boolean {
  checkLists(authority, ['domains'], 'authority of speaksFor', ofPeer);
  checks.argument(domain, anyText, 'domain of speaksFor');
  return authority.domains.includes(domain);
}

/** Whether a host may be a server of the partner: its domain, a host below it, or an edge that the topology names. */
function isHostOf({ domains, hosts }: PartnerAuthority, host: string): boolean {
  return hosts.includes(host) || domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

function refuseUser(
  header: string,
  { displayName, uri }: NameAddr,
  authority: PartnerAuthority,
  topology: Topology,
): MessageRejection | undefined {
  const domain = hostOf(uri);
  if (!speaksFor(authority, domain))
    return uri.kind === 'sip'
      ? notAuthorised(header, domain, authority)
      : withoutDomain(header, domain, authority);
  if (reachesBeyond(displayName)) return disturbs(header, domain);
  if (uri.kind === 'sip' && uri.rawHeaders !== undefined) return bringsFields(header, domain);
  if (uri.kind !== 'sip' || !showsAsOurs(uri, topology)) return undefined;
  return {
    reason: 'identity-not-authorised',
    header,
    domain,
    message: `${header}: expected a user of ${domain}, found one whose name shows as an address of ours, or is too long to be read`,
    remedy: `let ${domain} send the address of its user, with no domain of ours in the part before the @`,
  };
}

function disturbs(header: string, domain: string): MessageRejection {
  return {
    reason: 'identity-not-authorised',
    header,
    domain,
    message: `${header}: expected a name for display that changes nothing beside it, found one that ends the line, or has the address behind it shown in another order`,
    remedy: `let ${domain} send the name without control characters, and with an end (U+202C, U+2069) to each change of direction that begins in it`,
  };
}

/** A request to such an address would have these fields: RFC 3261 §19.1.1 has none in From. */
function bringsFields(header: string, domain: string): MessageRejection {
  return {
    reason: 'identity-not-authorised',
    header,
    domain,
    message: `${header}: expected an address without header fields, found one that has some behind its question mark, which a call back would take`,
    remedy: `let ${domain} send the address of its user alone`,
  };
}

function hostOf(uri: Uri): string {
  return uri.kind === 'sip' ? uri.host.toLowerCase() : uri.scheme;
}

function notAuthorised(header: string, domain: string, { domains, id }: PartnerAuthority): MessageRejection {
  return {
    reason: 'domain-not-authorised',
    header,
    domain,
    message: `${header} has the domain ${domain}, which the partner ${id} may not speak for; it may speak for ${domains.join(', ')}`,
    remedy: `let ${domain} send its own messages, or list the domain in the entry of the partner ${id} (entente topology add partner) and have its certificate name it`,
  };
}

/** A number belongs to nobody's domain, so no entry of a partner could name it. */
function withoutDomain(header: string, scheme: string, { domains, id }: PartnerAuthority): MessageRejection {
  const spoken = domains.join(', ');
  return {
    reason: 'domain-not-authorised',
    header,
    domain: scheme,
    message: `${header} has a ${scheme}: URI, which is of no domain; the partner ${id} may speak for ${spoken}`,
    remedy: `let the partner ${id} send the SIP address of its user, at ${spoken}; the number may stand in front of the @, with user=phone`,
  };
}

/**
 * The identities that a partner may assert, where its request asserts others too. A `tel:` URI has no domain, so nothing shows
 * that the number is the partner's: it counts as asserted by a party that we do not trust, and is removed (RFC 3325 §5). The request
 * is valid, because gateways rightly assert a number beside their address, so it is forwarded.
 * @param request - that {@link checkPartnerRequest} passed
 * @returns the values that stay; undefined where all may stay
 */
export function assertableIdentities(request: SipRequest): readonly NameAddr[] | undefined {
  checkMessage(request, 'assertableIdentities', 'request');
  if (!request.has('P-Asserted-Identity')) return undefined;
  const values = request.addressesOf('P-Asserted-Identity');
  const kept = values.filter(({ uri }) => uri.kind === 'sip');
  return kept.length === values.length ? undefined : kept;
}

/** Fields for internal use: they never leave the organisation and never enter it. */
const insiderFields = ['Entente-Diagnostics', 'P-Asserted-Identity', 'P-Preferred-Identity'] as const;

/**
 * The fields for internal use that a message has.
 * @param message - in either direction
 * @param direction - an inbound message may assert an identity of the partner's own domain
 */
export function insiderFieldsOf(message: SipMessage, direction: 'in' | 'out'): readonly string[] {
  checkMessage(message, 'insiderFieldsOf');
  if (direction !== 'in' && direction !== 'out')
    throw checks.unlike(direction, "'in' or 'out'", 'direction of insiderFieldsOf', "give 'in' or 'out'");
  return insiderFields.filter(
    (name) => message.has(name) && (direction === 'out' || name === 'Entente-Diagnostics'),
  );
}
