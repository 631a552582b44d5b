import { isRecord, rule } from '@entente/options';
import { checks } from './fault.ts';

/** A topology that is built. */
export const aTopology = rule(
  'a topology of buildTopology',
  (value) => isRecord(value) && isRecord(value.document) && value.servers instanceof Map,
);
/** A server of a topology. */
export const aServer = rule(
  'a server of the topology',
  (value) => isRecord(value) && typeof value.role === 'string' && isRecord(value.interfaces),
);

/**
 * Checks a topology as an argument. Without a compiler it may be a document, or the function that returns one.
 *
 * @param topology - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkTopology(topology: unknown, of: string): void {
  if (aTopology.fits?.(topology) === true) return;
  const remedy = 'give what buildTopology returns, and not the document';
  checks.argument(topology, aTopology, `topology of ${of}`, remedy);
}

/**
 * Whether a value names one version of the topology.
 *
 * @param value - from anywhere
 */
export function isVersionAndHash(value: unknown): boolean {
  return isRecord(value) && isNumberFrom1(value.version) && isText(value.hash);
}

/**
 * Whether a value is a number as versions and states have.
 *
 * @param value - from anywhere
 */
export function isNumberFrom1(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/**
 * Whether a value is a text with something in it.
 *
 * @param value - from anywhere
 */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
