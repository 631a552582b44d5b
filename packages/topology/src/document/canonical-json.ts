import { TopologyFault } from '../terms/fault.ts';

/** Deeper values are refused; a topology is less than ten levels deep. */
const maxDepth = 64;

/**
 * Writes a value in the one form that is signed and hashed (RFC 8785): members sorted by UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them. Members that are `undefined` are left out.
 *
 * @param value - strings, finite numbers, booleans, null, arrays and plain objects
 * @throws `ENTENTE_NOT_CANONICAL` for anything else, for lone surrogates (RFC 8785 §3.2.2.2) and beyond 64 levels
 * @see RFC 8785 §3.2
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > maxDepth) throw refuse(`at most ${maxDepth} levels`, 'a deeper value');
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isFinite(value)) throw refuse('a finite number', String(value));
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw refuse('a JSON value', typeof value);
  }
}

function writeString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw refuse('well-formed Unicode', 'a lone surrogate');
  return JSON.stringify(text);
}

function writeArray(items: readonly unknown[], depth: number): string {
  const parts: string[] = [];
  for (let index = 0; index < items.length; index++) parts.push(write(items[index], depth + 1));
  return `[${parts.join(',')}]`;
}

function writeObject(object: object, depth: number): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse('a plain object', `an object of class ${prototype?.constructor?.name ?? 'unknown'}`);
  }
  const members = object as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  // The default order of sort() is the order of UTF-16 code units that RFC 8785 §3.2.3 asks for.
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member !== undefined) parts.push(`${writeString(key)}:${write(member, depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}

function refuse(expected: string, found: string) {
  return new TopologyFault('ENTENTE_NOT_CANONICAL', {
    sentence: `expected ${expected}, found ${found}`,
    place: 'argument of canonicalJson',
    remedy: 'give it only what JSON can hold (RFC 8259 §3)',
  });
}
