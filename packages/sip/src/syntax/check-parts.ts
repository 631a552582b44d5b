import { SipArgumentError } from './problem.ts';

/** What a part of a message may be; undefined is as if it were not there. */
export type PartKind =
  | 'text'
  | 'number'
  | 'truth'
  /** A number, or the value that has it. */
  | 'sequence'
  /** A text, or a value class of this package. */
  | 'value'
  /** The same, or a list of them. */
  | 'values'
  /** Pairs, or a record of header fields. */
  | 'fields'
  /** A record of parameters, or the class of them. */
  | 'record'
  /** A list of texts. */
  | 'texts'
  /** Text or bytes. */
  | 'body';

/** Each part that a message may be made of. */
export type PartKinds = Readonly<Record<string, PartKind>>;

const expected: Readonly<Record<PartKind, string>> = {
  text: 'a text',
  number: 'a number',
  truth: 'true or false',
  sequence: 'a number or a CSeq',
  value: 'a text or a value of this package',
  values: 'a text, a value of this package, or a list of them',
  fields: 'header fields: a record of names and values, or a list of pairs',
  record: 'a record of names and values, or Parameters',
  texts: 'a list of texts',
  body: 'text or bytes',
};

/**
 * Looks at the parts that a caller gives, before anything is written. A part with another name would be left out without a word, and a value of
 * another kind would be written as what no peer can read.
 *
 * @param parts - as given
 * @param kinds - what each part may be
 * @param place - whose parts they are
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkParts(parts: unknown, kinds: PartKinds, place: string): void {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts))
    throw new SipArgumentError(
      `expected an object with the parts of a ${place}, found ${kindOf(parts)}`,
      place,
      `give an object with some of: ${Object.keys(kinds).join(', ')}`,
    );
  for (const name in parts) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined)
      throw new SipArgumentError(
        `expected only parts of a ${place}, found ${JSON.stringify(name.slice(0, 60))}`,
        place,
        `correct the name, or remove it: the parts are ${Object.keys(kinds).join(', ')}; another header field is written in headers`,
      );
    const value = (parts as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !isOf(kind, value)) throw notOf(kind, name, value);
  }
}

/**
 * A part that a message cannot do without.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkGiven(value: unknown, kind: PartKind, name: string): void {
  if (value === undefined) throw notOf(kind, name, value);
}

function notOf(kind: PartKind, name: string, value: unknown): SipArgumentError {
  return new SipArgumentError(
    `expected ${expected[kind]}, found ${kindOf(value)}`,
    name,
    `set ${name} to ${expected[kind]}`,
  );
}

function isOf(kind: PartKind, value: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'truth':
      return typeof value === 'boolean';
    case 'sequence':
      return typeof value === 'number' || (typeof value !== 'string' && isValue(value));
    case 'value':
      return isValue(value);
    case 'values':
      return Array.isArray(value) ? value.every(isValue) : isValue(value);
    case 'fields':
      return Array.isArray(value) ? value.every(isPair) : isRecord(value);
    case 'record':
      return isRecord(value);
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'body':
      return typeof value === 'string' || ArrayBuffer.isView(value);
  }
}

/** A value class writes itself; `toString` of other objects says nothing of what is in them. */
function isValue(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && writesItself(value);
}

/** A `Map` and `Headers` hold what `Object.entries` does not see: it would be left out without a word. */
function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(Symbol.iterator in value);
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}

/** Whether an object has a text of its own, as all value classes of this package have. */
export function writesItself(value: object): boolean {
  const write = (value as { toString?: unknown }).toString;
  return typeof write === 'function' && write !== Object.prototype.toString && !Array.isArray(value);
}

/** What a value is, for a sentence. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : typeof value;
}
