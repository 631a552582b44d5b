import { checkIsWhole } from '../document/check-is-document.ts';
import { TopologyFault } from '../terms/fault.ts';
import { checkGiven, checkNames, isRecord, isVersionAndHash, shown } from '../terms/given.ts';

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
  checkGiven(knowledge, 'object', `knowledge of ${of}`, 'give { known, now }');
  checkNames(knowledge, names, `knowledge of ${of}`);
  const given = knowledge as Readonly<Record<string, unknown>>;
  const { clockSkewMs, known, latest, now } = given;
  checkGiven(now, 'number', `now of ${of}`, 'give milliseconds since the epoch, for example Date.now()');
  if (clockSkewMs !== undefined)
    checkGiven(clockSkewMs, 'number', `clockSkewMs of ${of}`, 'give milliseconds');
  if (latest !== undefined && !isVersionAndHash(latest))
    throw badArgument(
      `expected the newest version as { version, hash }, found ${shown(latest)}`,
      `latest of ${of}`,
      'give { version, hash }, or leave it out',
    );
  for (const name of ['superseded', 'stored']) {
    const value = given[name];
    if (value !== undefined && typeof value !== 'boolean')
      throw badArgument(
        `expected ${name} to be true or false, found ${shown(value)}`,
        `${name} of ${of}`,
        'give true or false, or leave it out',
      );
  }
  checkKnown(known, of);
}

function badArgument(sentence: string, place: string, remedy: string): TopologyFault {
  return new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', { sentence, place, remedy });
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
    throw badArgument(
      `expected the document in force or the hash of its administrators, found ${shown(known)}`,
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
  checkGiven(
    signed,
    'object',
    'document of verifyTopology',
    'give the signed text, or { document, signatures }',
  );
  const { signatures } = signed as Readonly<Record<string, unknown>>;
  checkGiven(
    signatures,
    'list',
    'signatures of verifyTopology',
    'give the signed text, or { document, signatures }',
  );
}
