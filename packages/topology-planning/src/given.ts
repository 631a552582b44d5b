import { checkTopology, TopologyFault } from '@entente/topology';

/** What an argument may be, in words, and how that is seen. */
export type Kind = readonly [wanted: string, fits: (value: unknown) => boolean];

export const aText: Kind = ['a text', (value) => typeof value === 'string'];
export const aFunction: Kind = ['a function', (value) => typeof value === 'function'];
export const aList: Kind = ['a list', Array.isArray];
export const texts: Kind = [
  'a list of texts',
  (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
];
export const aTime: Kind = ['milliseconds since the epoch', Number.isFinite];
export const yesOrNo: Kind = ['true or false', (value) => typeof value === 'boolean'];
export const anObject: Kind = ['an object', isRecord];

/**
 * Looks at an argument. Without a compiler it may be anything.
 *
 * @param value - as given
 * @param kind - what it may be
 * @param place - which one
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkGiven(value: unknown, [wanted, fits]: Kind, place: string): void {
  if (!fits(value)) throw unlike(place, wanted, value);
}

/**
 * Looks at the fields of an object: a misspelt one would be left out without a word.
 *
 * @param value - as given
 * @param needed - fields without which nothing can be done, with what each may be
 * @param others - those that may be missing
 * @param place - which object
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkFields(
  value: unknown,
  needed: Readonly<Record<string, Kind>>,
  others: Readonly<Record<string, Kind>>,
  place: string,
): void {
  checkGiven(value, anObject, place);
  const given = value as Readonly<Record<string, unknown>>;
  const kinds = { ...needed, ...others };
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(kinds, name));
  if (unknown !== undefined)
    throw new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
      sentence: `${place}: expected only ${Object.keys(kinds).join(', ')}, found ${JSON.stringify(unknown.slice(0, 60))}`,
      place,
      remedy: 'correct the name, or leave it out',
    });
  for (const [name, kind] of Object.entries(kinds))
    if (given[name] !== undefined || Object.hasOwn(needed, name))
      checkGiven(given[name], kind, `${name} of ${place}`);
}

/**
 * Looks at a state of the network.
 *
 * @param state - as given
 * @param place - which one
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkState(state: unknown, place: string): void {
  checkGiven(state, anObject, place);
  checkTopology((state as { readonly topology?: unknown }).topology, place);
  const needed = { topology: anObject, chainOf: aFunction, judgeOf: aFunction, now: aTime };
  checkFields(state, needed, { partners: anObject }, place);
}

function unlike(place: string, wanted: string, value: unknown): TopologyFault {
  const found =
    value === undefined ? 'none' : value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
    sentence: `${place}: expected ${wanted}, found ${found}`,
    place,
    remedy: `give ${wanted}`,
  });
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
