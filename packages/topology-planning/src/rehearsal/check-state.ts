import { callback, number, object, required } from '@entente/options';
import { checkTopology } from '@entente/topology';
import { checks } from '../checks.ts';

const shape = {
  topology: required(object, 'give what buildTopology returns'),
  chainOf: required(callback, 'give the chain of a server by its FQDN'),
  judgeOf: required(callback, 'give the judge of a server by its FQDN'),
  now: required(number, 'give milliseconds since the epoch'),
  partners: object,
};

/**
 * Checks a state of the network.
 *
 * @param state - as given
 * @param place - which one
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkState(state: unknown, place: string): void {
  checks.argument(state, object, place);
  checkTopology((state as { readonly topology?: unknown }).topology, place);
  checks.options(state, shape, place);
}
