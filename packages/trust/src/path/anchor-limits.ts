import type { Certificate, GeneralName, Name } from '@entente/x509';
import { oids } from '@entente/x509';
import { TrustFault } from '../fault.ts';
import { nameText } from '../names/certificate-names.ts';
import {
  type DnsName,
  dnsName,
  hostName,
  isWithin,
  looksLikeHost,
  wildcardTouches,
} from '../names/host-name.ts';
import { mailAddress } from '../names/mail-address.ts';
import { uriHost } from '../names/uri-host.ts';
import type { AnchorLimits, TrustAnchor } from '../policy/anchor.ts';
import type { LinkContext } from '../question/link-context.ts';
import { reject } from '../reasons/catalogue.ts';
import type { ReasonData, Rejection } from '../reasons/rejection.ts';
import type { Purpose } from './path-context.ts';

/**
 * Checks a path against the limits of its anchor.
 *
 * @param chain - leaf first, the anchor not included
 * @returns every breach
 */
export function limitBreaches(
  anchor: TrustAnchor,
  limits: AnchorLimits,
  chain: readonly Certificate[],
  link: LinkContext,
  purpose: Purpose,
  now: number,
): readonly Rejection[] {
  const found: Rejection[] = [];
  const breach = (
    limit: ReasonData['anchor-limit-violated']['limit'],
    allowed: string,
    what: string,
    depth: number,
  ) =>
    found.push(reject('anchor-limit-violated', { anchor: anchor.name, limit, allowed, found: what, depth }));

  const { links, maxDepth, keyKinds, extKeyUsages, notAfter } = limits;
  if (links !== undefined && !links.includes(link.interface)) {
    breach('links', links.join(', '), `the interface ${link.interface}`, 0);
  }
  if (maxDepth !== undefined && chain.length - 1 > maxDepth) {
    breach('maxDepth', `${maxDepth} intermediates`, `${chain.length - 1} intermediates`, chain.length - 1);
  }
  if (extKeyUsages !== undefined && !extKeyUsages.includes(purpose.oid)) {
    breach('extKeyUsages', extKeyUsages.join(', '), `the purpose ${purpose.name}`, 0);
  }
  if (notAfter !== undefined && now > notAfter) {
    breach(
      'notAfter',
      `until ${new Date(notAfter).toISOString()}`,
      `the time ${new Date(now).toISOString()}`,
      0,
    );
  }
  for (const [depth, certificate] of chain.entries()) {
    const { kind } = certificate.publicKey;
    if (keyKinds !== undefined && !keyKinds.includes(kind)) {
      breach('keyKinds', keyKinds.join(', '), `a key of kind ${kind}`, depth);
    }
    if (limits.domains === undefined && limits.excludedDomains === undefined) continue;
    const { permitted, excluded } = domainsOf(limits);
    for (const name of namesForDomains(certificate, depth === 0)) {
      if (limits.domains !== undefined && !liesWithin(name, permitted)) {
        breach('domains', limits.domains.join(', '), nameText(name), depth);
      }
      if (touchesAny(name, excluded)) {
        breach('excludedDomains', `not ${limits.excludedDomains?.join(', ')}`, nameText(name), depth);
      }
    }
  }
  return found;
}

interface Domains {
  readonly permitted: readonly string[];
  readonly excluded: readonly string[];
}

const prepared = new WeakMap<AnchorLimits, Domains>();

/**
 * The domains of limits in comparison form, computed once.
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT` for an entry that is not a domain: ignoring it would lift the limit
 */
export function domainsOf(limits: AnchorLimits): Domains {
  const known = prepared.get(limits);
  if (known !== undefined) return known;
  const domains = {
    permitted: (limits.domains ?? []).map(domain),
    excluded: (limits.excludedDomains ?? []).map(domain),
  };
  prepared.set(limits, domains);
  return domains;
}

function domain(text: string): string {
  const name = hostName(text);
  if (name !== undefined) return name;
  throw new TrustFault('ENTENTE_BAD_ANCHOR_LIMIT', {
    sentence: `expected a domain in the limits of an anchor, found "${text}"`,
    place: 'limits.domains or limits.excludedDomains of an anchor',
    remedy: 'write it like contoso.example',
  });
}

/**
 * All names for which a client could accept the certificate. Names of issuing CAs are labels, not identities, so above the leaf
 * only subjectAltNames count.
 */
function namesForDomains(certificate: Certificate, isLeaf: boolean): readonly GeneralName[] {
  const names: GeneralName[] = [...(certificate.subjectAltName ?? [])];
  if (isLeaf) names.push({ type: 'directory', name: certificate.subject });
  return names;
}

/** Whether the name certainly lies in the permitted domains. Forms that name no domain do not. */
function liesWithin(name: GeneralName, permitted: readonly string[]): boolean {
  const inside = (host: DnsName | undefined): boolean =>
    host !== undefined &&
    permitted.some((one) => isWithin(host.wildcard ? host.name.slice(2) : host.name, one));
  switch (name.type) {
    case 'dns':
      return inside(dnsName(name.value));
    case 'uri':
      return inside(dnsName(uriHost(name.value) ?? ''));
    case 'email':
      return inside(plain(mailAddress(name.value)?.host));
    case 'directory':
      return hostsOfDirectoryName(name.name).every(inside);
    default:
      return false;
  }
}

/** Whether the name could stand for something in an excluded domain. */
function touchesAny(name: GeneralName, excluded: readonly string[]): boolean {
  const touches = (host: DnsName | undefined): boolean =>
    host !== undefined &&
    excluded.some((one) =>
      host.wildcard ? wildcardTouches(host.name.slice(2), one) : isWithin(host.name, one),
    );
  switch (name.type) {
    case 'dns':
      return (
        touches(dnsName(name.value)) || (dnsName(name.value) === undefined && mentions(name.value, excluded))
      );
    case 'uri': {
      const host = dnsName(uriHost(name.value) ?? '');
      return host === undefined ? mentions(name.value, excluded) : touches(host);
    }
    case 'email': {
      const host = plain(mailAddress(name.value)?.host);
      return host === undefined ? mentions(name.value, excluded) : touches(host);
    }
    case 'directory':
      return hostsOfDirectoryName(name.name).some(touches);
    case 'ip':
    case 'registered-id':
      return false;
    default:
      // A form that is not parsed: its bytes are searched for the domain, which may refuse too much but never too little.
      return mentions(Buffer.from(name.value).toString('latin1'), excluded);
  }
}

function mentions(text: string, domains: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return domains.some((one) => lower.includes(one));
}

/** A common name that is a URI, such as `sip:contoso.example`, occurs in practice. */
function uriHosts(text: string): readonly DnsName[] {
  const host = dnsName(uriHost(text) ?? '');
  return host === undefined ? [] : [host];
}

function plain(host: string | undefined): DnsName | undefined {
  return host === undefined ? undefined : { name: host, wildcard: false };
}

/** Common names that look like hosts, mail domains, and the domain that the domainComponents form (RFC 2247). */
function hostsOfDirectoryName(name: Name): readonly (DnsName | undefined)[] {
  const hosts: (DnsName | undefined)[] = [];
  const components: string[] = [];
  for (const { oid, text } of name.rdns.flat()) {
    if (text === undefined) continue;
    if (oid === oids.commonName) {
      const host = looksLikeHost(text);
      if (host !== undefined) hosts.push(host);
      else if (text.includes('@')) hosts.push(plain(mailAddress(text)?.host));
      else if (text.includes(':')) hosts.push(...uriHosts(text));
    } else if (oid === oids.emailAddress) hosts.push(plain(mailAddress(text)?.host));
    else if (oid === oids.domainComponent) components.unshift(text);
  }
  if (components.length > 0) hosts.push(dnsName(components.join('.')));
  return hosts;
}
