import type { SipUri } from '@entente/sip';
import { type Arrival, handedOnEntry } from '@entente/sip-proxy';
import { routeName, type Topology } from '@entente/topology';
import type { ForwardTarget } from './forward-target.ts';

/** A front end, and what is in force. */
export interface PoolMember {
  readonly fqdn: string;
  readonly topology: () => Topology;
}

/**
 * Whether another member of our pool has handed a request on to this one, because it may have the device. Such a request goes to no third
 * member, so that none goes round.
 * @param self - this front end
 * @param entry - that the request was routed by
 * @param arrival - where the request came from
 */
export function isHandedOn(
  { fqdn, topology }: PoolMember,
  entry: SipUri | undefined,
  arrival: Arrival,
): boolean {
  if (entry?.host !== fqdn || arrival.kind === 'client') return false;
  const pool = routeName(topology(), fqdn);
  return pool !== fqdn && routeName(topology(), arrival.name) === pool;
}

/**
 * Where a request goes that is handed on to another member of the pool.
 * @param self - this front end
 * @param entry - that the request was routed by
 * @param member - FQDN of the other
 */
export function handedOnTo(
  { topology }: PoolMember,
  entry: SipUri,
  member: string,
): Pick<ForwardTarget, 'routes' | 'server'> {
  const port = topology().servers.get(member)?.interfaces.internal?.ports.sip;
  return { routes: [`${handedOnEntry(entry, { host: member, port })}`], server: member };
}
