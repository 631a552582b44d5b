import { foundValue } from '@entente/options';
import { TopologyFault } from '../terms/fault.ts';
import { defaultPorts } from '../terms/roles.ts';
import type { Party } from './link-row.ts';

const others = ['external-client', 'internal-client', 'partner', 'administrator'] satisfies Party[];
const interfaces: readonly unknown[] = ['internal', 'external', undefined];

/**
 * Looks at one end of a link, as a caller gives it: without a compiler it may be the name alone, or misspelt, and no row would ever match it.
 *
 * @param end - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_BAD_END`
 */
export function checkEnd(end: unknown, of: string): void {
  if (typeof end !== 'object' || end === null)
    throw bad(`an object with fqdn or party, found ${foundValue(end)}`, of);
  const { fqdn, interface: side, party } = end as Readonly<Record<string, unknown>>;
  if (party !== undefined) {
    if (isParty(party)) return;
    throw bad(`a party of the allow matrix, found ${foundValue(party)}`, of);
  }
  if (typeof fqdn !== 'string') throw bad(`the FQDN of a server as fqdn, found ${foundValue(fqdn)}`, of);
  if (!interfaces.includes(side))
    throw bad(`the interface internal or external, found ${foundValue(side)}`, of);
}

/**
 * Looks at the number of a row.
 *
 * @param row - as given; undefined: none in particular
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_BAD_END`
 */
export function checkRow(row: unknown, of: string): void {
  if (row === undefined || Number.isInteger(row)) return;
  throw new TopologyFault('ENTENTE_BAD_END', {
    sentence: `expected the number of a row of the allow matrix, found ${foundValue(row)}`,
    place: `row of ${of}`,
    remedy: 'give the row of one of links, for example links.federation.row',
  });
}

function isParty(party: unknown): boolean {
  return (
    typeof party === 'string' && (Object.hasOwn(defaultPorts, party) || (others as string[]).includes(party))
  );
}

function bad(what: string, of: string): TopologyFault {
  return new TopologyFault('ENTENTE_BAD_END', {
    sentence: `expected ${what}`,
    place: `end of a link, argument of ${of}`,
    remedy: `write { fqdn: 'fe1.contoso.example', interface: 'internal' }, or { party } with one of: ${[...others, ...Object.keys(defaultPorts)].join(', ')}`,
  });
}
