import { isRecord, list, number, object, optional, yesOrNo } from '@entente/options';
import { checkIsWhole } from '../document/check-is-document.ts';
import { checks } from '../terms/fault.ts';
import { isVersionAndHash } from '../terms/given.ts';

const names: readonly string[] = ['known', 'now', 'latest', 'superseded', 'stored', 'clockSkewMs'];

/**
 * Looks at what a caller says that it knows. Without a time no document would have expired, without a document or a hash every set of
 * administrators would be the right one, and with a misspelt name of the newest version an older one would be as good.
 *
 * @param knowledge - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`; `ENTENTE_INVALID_TOPOLOGY` where the document that is known is none
 */
export function checkKnowledge(knowledge: unknown, of: string): void {
  checks.argument(knowledge, object, `knowledge of ${of}`, 'give { known, now }');
  checks.names(knowledge, names, `knowledge of ${of}`);
  const given = knowledge as Readonly<Record<string, unknown>>;
  const { clockSkewMs, known, latest, now } = given;
  checks.argument(now, number, `now of ${of}`, 'give milliseconds since the epoch, for example Date.now()');
  if (clockSkewMs !== undefined)
    checks.argument(clockSkewMs, number, `clockSkewMs of ${of}`, 'give milliseconds');
  if (latest !== undefined && !isVersionAndHash(latest))
    throw checks.unlike(latest, 'the newest version as { version, hash }', `latest of ${of}`);
  for (const name of ['superseded', 'stored'])
    checks.argument(given[name], optional(yesOrNo), `${name} of ${of}`);
  checkKnown(known, of);
}

/**
 * Looks at what a chain begins with.
 *
 * @param known - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`; `ENTENTE_INVALID_TOPOLOGY` where the document that is known is none
 */
export function checkKnown(known: unknown, of: string): void {
  if (isRecord(known) && 'document' in known) checkIsWhole(known.document, of);
  else if (!isRecord(known) || typeof known.administratorSetHash !== 'string')
    throw checks.unlike(
      known,
      'the document in force or the hash of its administrators',
      `known of ${of}`,
      'give { document }, or { administratorSetHash } of the join token',
    );
}

/**
 * Looks at a document that is decoded already.
 *
 * @param signed - as given
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkSigned(signed: unknown): void {
  checks.argument(
    signed,
    object,
    'document of verifyTopology',
    'give the signed text, or { document, signatures }',
  );
  const { signatures } = signed as Readonly<Record<string, unknown>>;
  checks.argument(
    signatures,
    list,
    'signatures of verifyTopology',
    'give the signed text, or { document, signatures }',
  );
}
