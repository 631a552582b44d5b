import { NameAddr, type SipUri } from '@entente/sip';
import { memberParameter, uriAt } from './own-address.ts';

/**
 * The member of a pool that wrote an entry, as the entry says.
 * @param entry - that names the pool
 * @returns undefined where it does not say
 */
export function writerOf(entry: SipUri): string | undefined {
  const member = entry.parameters.get(memberParameter);
  return typeof member === 'string' ? member.toLowerCase() : undefined;
}

/**
 * The entry by which a member of a pool hands a request on to another: the same token under that member's own name. A member hands on only
 * what names the pool, so the request goes no further.
 * @param entry - that has brought the request here
 * @param to - the other member; `port` as the entry has it where it is not known
 */
export function handedOnEntry(
  entry: SipUri,
  to: { readonly host: string; readonly port: number | undefined },
): NameAddr {
  const address = { host: to.host, port: to.port ?? entry.port ?? defaultPort };
  const scheme = entry.scheme === 'sips' ? 'sips' : 'sip';
  const user = entry.rawUser ?? '';
  return NameAddr.from({ uri: uriAt(address, { scheme, user, parameters: { lr: true } }) });
}

/** RFC 3261 §19.1.2, for TLS. */
const defaultPort = 5061;
