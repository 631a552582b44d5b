import type { NameAddr, SipMessage, SipRequest, Uri } from '@entente/sip';
import type { PartnerAuthority } from './partner-peer.ts';

/** Why a message of a partner is not taken. The literal is stable. */
export type MessageRejection = {
  readonly reason: 'domain-not-authorised' | 'relay-not-allowed';
  /** Header field that the sentence is about. */
  readonly header: string;
  /** The domain that was found. */
  readonly domain: string;
  readonly message: string;
  readonly remedy: string;
};

/**
 * The domain authority of a request from a partner, on every request, in dialogs too: From, P-Asserted-Identity, and the
 * topmost Via and Record-Route must be of domains that this partner may speak for; the Request-URI must be ours.
 * @param request - as received
 * @param authority - who sent it
 * @param isOurs - whether a host is one of our domains or servers
 * @returns why it is refused, or `undefined`
 */
export function checkPartnerRequest(
  request: SipRequest,
  authority: PartnerAuthority,
  isOurs: (host: string) => boolean,
): MessageRejection | undefined {
  const from = hostOf(request.from.uri);
  if (!speaksFor(authority, from)) return notAuthorised('From', from, authority);
  if (request.has('P-Asserted-Identity')) {
    for (const { uri } of request.addressesOf('P-Asserted-Identity')) {
      const host = hostOf(uri);
      if (uri.kind === 'sip' && !speaksFor(authority, host))
        return notAuthorised('P-Asserted-Identity', host, authority);
    }
  }
  const via = request.topVia.host.toLowerCase();
  if (!speaksFor(authority, via) && !authority.hosts.includes(via))
    return notAuthorised('Via', via, authority);
  const recordRoute = request.has('Record-Route') ? request.recordRoutes[0] : undefined;
  if (recordRoute !== undefined) {
    const host = hostOf(recordRoute.uri);
    if (!speaksFor(authority, host) && !authority.hosts.includes(host))
      return notAuthorised('Record-Route', host, authority);
  }
  const target = hostOf(request.uri);
  if (request.has('Route') || isOurs(target)) return undefined;
  return {
    reason: 'relay-not-allowed',
    header: 'Request-URI',
    domain: target,
    message: `Request-URI: expected one of our domains, found ${target}; nothing is carried on to others`,
    remedy: `send the request to ${target} itself`,
  };
}

/**
 * Whether a host is a domain that a partner may speak for, or below one.
 * @param host - lower case
 */
export function speaksFor({ domains }: Pick<PartnerAuthority, 'domains'>, host: string): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

function hostOf(uri: Uri): string {
  return uri.kind === 'sip' ? uri.host.toLowerCase() : uri.scheme;
}

function notAuthorised(header: string, domain: string, { domains, id }: PartnerAuthority): MessageRejection {
  return {
    reason: 'domain-not-authorised',
    header,
    domain,
    message: `${header}: expected a domain that the partner ${id} may speak for (${domains.join(', ')}), found ${domain}`,
    remedy: `let ${domain} send its own messages, or add it to the domains of the partner ${id}`,
  };
}

/**
 * The identities that a partner may assert, where its request asserts others too. A `tel:` URI has no domain, so nothing shows
 * that the number is the partner's: it counts as asserted by somebody whom we do not trust, and is taken off (RFC 3325 §5). The
 * request itself is in order, and gateways rightly assert a number beside their address, so it goes on.
 * @param request - that {@link checkPartnerRequest} passed
 * @returns the values that stay; undefined where all may stay
 */
export function assertableIdentities(request: SipRequest): readonly NameAddr[] | undefined {
  if (!request.has('P-Asserted-Identity')) return undefined;
  const values = request.addressesOf('P-Asserted-Identity');
  const kept = values.filter(({ uri }) => uri.kind === 'sip');
  return kept.length === values.length ? undefined : kept;
}

/** Fields that are for insiders: they never leave the organisation, and never come in. */
const insiderFields = ['Entente-Diagnostics', 'P-Asserted-Identity', 'P-Preferred-Identity'] as const;

/**
 * The insider fields that a message carries.
 * @param message - in either direction
 * @param direction - what comes in may assert an identity of the partner's own domain
 */
export function insiderFieldsOf(message: SipMessage, direction: 'in' | 'out'): readonly string[] {
  return insiderFields.filter(
    (name) => message.has(name) && (direction === 'out' || name === 'Entente-Diagnostics'),
  );
}
