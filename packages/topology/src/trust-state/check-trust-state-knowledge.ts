import { anyText, isRecord, number, object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { isNumberFrom1, isText, isVersionAndHash } from '../terms/given.ts';

const of = 'refuseTrustState';
const names: readonly string[] = ['network', 'last', 'topology', 'now', 'clockSkewMs'];

/**
 * Looks at what a member says that it knows: with a misspelt name of the last state every earlier one would be as good, and without a time none
 * would have expired.
 *
 * @param knowledge - as given
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkTrustStateKnowledge(knowledge: unknown): void {
  checks.argument(knowledge, object, `knowledge of ${of}`);
  checks.names(knowledge, names, `knowledge of ${of}`);
  const { clockSkewMs, last, network, now, topology } = knowledge as Readonly<Record<string, unknown>>;
  checks.argument(now, number, `now of ${of}`, 'give milliseconds since the epoch, for example Date.now()');
  checks.argument(clockSkewMs, number, `clockSkewMs of ${of}`, 'give milliseconds');
  checks.argument(network, anyText, `network of ${of}`);
  if (!isVersionAndHash(topology))
    throw checks.unlike(
      topology,
      'the topology in force as { version, hash }',
      `topology of ${of}`,
      'give { version, hash }',
    );
  if (last !== undefined && !(isRecord(last) && isNumberFrom1(last.sequence) && isText(last.hash)))
    throw checks.unlike(
      last,
      'the last state as { sequence, hash, signedAt }',
      `last of ${of}`,
      'give what was kept of the state that was accepted last, or undefined where there was none',
    );
}

/**
 * Looks at a state: one without a time would not have expired, and one without a number would be later than any other.
 *
 * @param signed - as given
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkState(signed: unknown): void {
  if (isRecord(signed) && isText(signed.hash) && isState(signed.state)) return;
  throw checks.unlike(
    signed,
    'a state as { state, hash }',
    `state of ${of}`,
    'give what decodeTrustState returns',
  );
}

function isState(state: unknown): boolean {
  return (
    isRecord(state) &&
    isNumberFrom1(state.sequence) &&
    isVersionAndHash(state.topology) &&
    [state.signedAt, state.expires].every((time) => isText(time) && !Number.isNaN(Date.parse(time)))
  );
}
