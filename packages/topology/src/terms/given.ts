import { TopologyFault } from './fault.ts';

/** What an argument may be, in words, and how that is seen. */
const kinds = {
  text: ['a text', (value) => typeof value === 'string'],
  list: ['a list', Array.isArray],
  object: ['an object', isRecord],
  number: ['a number', (value) => Number.isFinite(value)],
  function: ['a function', (value) => typeof value === 'function'],
  topology: ['a topology of buildTopology', isTopology],
  server: ['a server of the topology', isServer],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/** What a function takes. */
export type GivenKind = keyof typeof kinds;

/**
 * Looks at an argument. Without a compiler it may be anything, and a time that is none would be before every end.
 *
 * @param value - as given
 * @param kind - what it may be
 * @param place - which one, for example `time of verifyTopology`
 * @param remedy - what to do where it is something else
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkGiven(
  value: unknown,
  kind: GivenKind,
  place: string,
  remedy = `give ${kinds[kind][0]}`,
): void {
  if (kinds[kind][1](value)) return;
  throw new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
    sentence: `${place}: expected ${kinds[kind][0]}, found ${shown(value)}`,
    place,
    remedy,
  });
}

/**
 * Looks at a topology as an argument. Without a compiler it may be a document, or the function that returns one.
 *
 * @param topology - as given
 * @param of - the function that it is given to
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function checkTopology(topology: unknown, of: string): void {
  if (!isTopology(topology))
    checkGiven(
      topology,
      'topology',
      `topology of ${of}`,
      'give what buildTopology returns, and not the document',
    );
}

/**
 * Looks at the names in an object: one that is misspelt would be left out without a word, and what depends on it would not be looked at.
 *
 * @param given - an object, as given
 * @param names - that there are
 * @param place - which one, for example `knowledge of verifyTopology`
 */
export function checkNames(given: unknown, names: readonly string[], place: string): void {
  const unknown = Object.keys(Object(given)).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TopologyFault('ENTENTE_TOPOLOGY_BAD_ARGUMENT', {
    sentence: `${place}: expected only ${names.join(', ')}, found ${shown(unknown)}`,
    place,
    remedy: 'correct the name, or leave it out',
  });
}

/**
 * A value, for a sentence.
 *
 * @param value - as given
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' || value === null ? String(value) : typeof value;
}

/**
 * Whether a value is an object with fields.
 *
 * @param value - from anywhere
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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

function isTopology(value: unknown): boolean {
  return isRecord(value) && isRecord(value.document) && value.servers instanceof Map;
}

function isServer(value: unknown): boolean {
  return isRecord(value) && typeof value.role === 'string' && isRecord(value.interfaces);
}
