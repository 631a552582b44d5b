import { checkIsWhole } from '../document/check-is-document.ts';
import { TopologyFault } from '../terms/fault.ts';
import { checkGiven, isRecord, shown } from '../terms/given.ts';

/**
 * Looks at what a caller says that it knows. Without a time no document would have expired, and without a document or a hash every set of
 * administrators would be the right one.
 *
 * @param knowledge - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`; `ENTENTE_INVALID_TOPOLOGY` where the document that is known is none
 */
export function checkKnowledge(knowledge: unknown, of: string): void {
  checkGiven(knowledge, 'object', `knowledge of ${of}`, 'give { known, now }');
  const { clockSkewMs, known, latest, now } = knowledge as Readonly<Record<string, unknown>>;
  checkGiven(now, 'number', `now of ${of}`, 'give milliseconds since the epoch, for example Date.now()');
  if (clockSkewMs !== undefined)
    checkGiven(clockSkewMs, 'number', `clockSkewMs of ${of}`, 'give milliseconds');
  if (latest !== undefined)
    checkGiven(latest, 'object', `latest of ${of}`, 'give { version, hash }, or leave it out');
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
    throw new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
      sentence: `expected the document in force or the hash of its administrators, found ${shown(known)}`,
      place: `known of ${of}`,
      remedy: 'give { document }, or { administratorSetHash } of the join token',
    });
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
