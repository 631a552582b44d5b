import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import {
  hopRejection,
  links,
  type RequestAllowed,
  type Topology,
  type TopologyRejection,
} from '@entente/topology';

/** A request that the topology lets this server not send on. */
export interface NotSent extends RequestRefusal {
  /** The link, as logs name it. */
  readonly link: string;
}

const rows = new Map(Object.values(links).map(({ name, row }) => [row, name]));

/**
 * Why a request does not go to another server of ours, for whom the topology gives this one no hop.
 * @param topology - the one in force
 * @param fqdn - this server
 * @param server - the other one
 */
export function notDialled(topology: Topology, fqdn: string, server: string): NotSent {
  return notSent(hopRejection(topology, fqdn, server), 504);
}

/**
 * Why a request does not go to a client or a partner, whom the topology lets this server send nothing.
 * @param allowed - by the rule for this server as the sender, and its peer as the receiver
 * @returns undefined where it may
 */
export function notSentOut(allowed: RequestAllowed): NotSent | undefined {
  return allowed.ok ? undefined : notSent(allowed.rejection, 403);
}

function notSent(rejection: TopologyRejection, status: number): NotSent {
  const { message, remedy } = rejection;
  const row = 'row' in rejection && rejection.row !== undefined ? rows.get(rejection.row) : undefined;
  const link = row ?? ('link' in rejection ? rejection.link : undefined) ?? rejection.reason;
  return { ...refusal('link-not-allowed', status, message, remedy), link };
}
