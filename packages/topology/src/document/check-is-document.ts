import { foundValue, isRecord } from '@entente/options';
import { TopologyFault } from '../terms/fault.ts';

/**
 * Looks at a document as an argument: a text, or a part of a document, has none of its lists. What is in them, `checkShape` looks at.
 *
 * @param document - as given
 * @param of - the function that it is given to
 * @param lists - that it takes from the document
 * @throws TopologyFault `ENTENTE_INVALID_TOPOLOGY`
 */
export function checkIsDocument(
  document: unknown,
  of: string,
  lists: readonly string[] = ['domains', 'servers'],
): void {
  if (isRecord(document) && lists.every((list) => areRecords(document[list]))) return;
  throw invalid(`the lists ${lists.join(' and ')}, found none in ${kindOf(document)}`, of);
}

/**
 * The same for a function that looks at the administrators as well.
 *
 * @param document - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_INVALID_TOPOLOGY`
 */
export function checkIsWhole(document: unknown, of: string): void {
  checkIsDocument(document, of);
  const { administrators } = document as { readonly administrators?: unknown };
  if (isRecord(administrators) && areRecords(administrators.keys)) return;
  throw invalid(`administrators with the list keys, found ${foundValue(administrators)}`, of);
}

function areRecords(list: unknown): boolean {
  return Array.isArray(list) && list.every(isRecord);
}

function invalid(what: string, of: string): TopologyFault {
  return new TopologyFault('ENTENTE_INVALID_TOPOLOGY', {
    sentence: `expected a document with ${what}`,
    place: `argument of ${of}`,
    remedy: 'give the document of what checkShape returns where that is ok',
  });
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
