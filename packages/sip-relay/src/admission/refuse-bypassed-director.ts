import { type DialogToken, type RequestRefusal, refusal } from '@entente/sip-proxy';
import { hasDirectors, type Topology } from '@entente/topology';
import { isNextTowardsSender } from './dialog-neighbour.ts';

/** Where a request came from, and to which server. */
export interface ReceivedFrom {
  /** FQDN of this server. */
  readonly fqdn: string;
  /** FQDN of the server that sends it. */
  readonly server: string;
  /** In force. */
  readonly topology: Topology;
}

/**
 * Refuses what an edge brings to a front end where it has directors to hand that to: an edge that was taken over would otherwise choose who
 * authenticates outsiders. What belongs to a dialog is taken where our own token says that the edge, or another of its pool, is the next server
 * towards the sender: users inside call partners over it, and dialogs from before the directors stood go on. 503, because an edge and a front end
 * hear of another topology at different moments.
 * @param dialog - our token for the dialog that the request is in
 * @param from - which servers
 */
export function refuseBypassedDirector(
  dialog: DialogToken | undefined,
  { fqdn, server, topology }: ReceivedFrom,
): RequestRefusal | undefined {
  const roleOf = (name: string) => topology.servers.get(name)?.role;
  if (roleOf(server) !== 'edge' || roleOf(fqdn) !== 'front-end' || !hasDirectors(topology, server))
    return undefined;
  if (dialog !== undefined && isNextTowardsSender(dialog, server, topology)) return undefined;
  return refusal(
    'past-director',
    503,
    `expected a director to bring what ${server} has from outside, found the edge itself`,
    'Nothing, where directors were added or removed within the last minute. Otherwise see that the edge has the topology in force; one that has it and goes past its directors was taken over.',
  );
}
