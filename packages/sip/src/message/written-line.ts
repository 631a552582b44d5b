import { Via } from '../headers/via.ts';
import { fieldLine, fieldOfKnownName, type HeaderValue } from './header-field.ts';
import { headerId, nameOfId, UNKNOWN, VIA } from './header-names.ts';

/** A line that an editor wrote. */
export interface WrittenLine {
  readonly id: number;
  /** Of a name that this package does not know; else empty. */
  readonly lowerName: string;
  /** Characters before the colon. */
  readonly nameLength: number;
  /** Name and value with CRLF, as wire text without folds. */
  readonly text: string;
  /** The value, where it is one Via and nothing else. */
  readonly via: Via | undefined;
}

/** A line of an edited message: one that the editor wrote, or untouched, by its place in the index of the original. */
export type Line = number | WrittenLine;

/** Lines with a small number, as each proxy writes them all the time: by id and number. */
const numbered: WrittenLine[][] = [];
const numbersKept = 256;

/**
 * Writes one line.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the name is not a token, or the value contains a line break.
 */
export function writeLine(name: string, value: HeaderValue): WrittenLine {
  const id = headerId(name);
  if (id === UNKNOWN) {
    const text = fieldLine(name, value);
    return { id, lowerName: name.toLowerCase(), nameLength: name.length, text, via: undefined };
  }
  if (typeof value !== 'number' || !isKept(value) || nameOfId(id) !== name)
    return writeKnown(id, name, value);
  numbered[id] ??= [];
  const lines = numbered[id];
  lines[value] ??= writeKnown(id, name, value);
  return lines[value];
}

function writeKnown(id: number, name: string, value: HeaderValue): WrittenLine {
  const via = id === VIA && value instanceof Via ? value : undefined;
  const plain = via?.plainText;
  const text = plain === undefined ? fieldOfKnownName(name, value) : `${name}: ${plain}\r\n`;
  return { id, lowerName: '', nameLength: name.length, text, via };
}

function isKept(value: number): boolean {
  return value >= 0 && value < numbersKept && Number.isInteger(value);
}
