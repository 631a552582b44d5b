import { EncodeError } from './encode-error.ts';
import { oids } from './oids.ts';

/** Dotted decimal of the content octets of an OBJECT IDENTIFIER that `DerReader.oid` accepted. */
export function oidText(bytes: Uint8Array, start: number, stop: number): string {
  const known = KNOWN_BY_HASH.get(hash(bytes, start, stop));
  if (known !== undefined && sameBytes(known.content, bytes, start, stop)) return known.text;
  return spellOut(bytes, start, stop);
}

function spellOut(bytes: Uint8Array, start: number, stop: number): string {
  let text = '';
  let arc = 0;
  let large: bigint | undefined;
  for (let i = start; i < stop; i++) {
    const octet = bytes[i]!;
    // Arcs are unbounded (2.25 has UUIDs), so beyond 2^46 they continue as BigInt.
    if (large !== undefined) large = large * 128n + BigInt(octet & 0x7f);
    else if (arc >= 2 ** 46) large = BigInt(arc) * 128n + BigInt(octet & 0x7f);
    else arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (text === '') {
      const root = large !== undefined || arc >= 80 ? 2 : arc >= 40 ? 1 : 0;
      text = `${root}.${large !== undefined ? large - 80n : arc - root * 40}`;
    } else text += `.${large ?? arc}`;
    arc = 0;
    large = undefined;
  }
  return text;
}

const DOTTED = /^[0-2](\.(0|[1-9][0-9]*))+$/;

/**
 * Content octets of an OBJECT IDENTIFIER.
 * @param text - dotted decimal
 * @throws EncodeError `ENTENTE_X509_ENCODE` where it is not an object identifier
 */
export function oidContent(text: string): Uint8Array {
  return KNOWN_BY_TEXT.get(text) ?? buildContent(text);
}

function buildContent(text: string): Uint8Array {
  const arcs = DOTTED.test(text) ? text.split('.').map(BigInt) : [];
  const [root, second] = arcs;
  if (root === undefined || second === undefined || (root < 2n && second > 39n)) {
    throw new EncodeError(
      `expected an object identifier, found "${text}"`,
      'OBJECT IDENTIFIER',
      'give two arcs or more in dotted decimal, such as 2.5.4.3',
    );
  }
  const octets: number[] = [];
  for (const arc of [root * 40n + second, ...arcs.slice(2)]) {
    let shift = 0n;
    while (arc >> (shift + 7n) > 0n) shift += 7n;
    for (; shift > 0n; shift -= 7n) octets.push(Number((arc >> shift) & 0x7fn) | 0x80);
    octets.push(Number(arc & 0x7fn));
  }
  return Uint8Array.from(octets);
}

// Every certificate has the same object identifiers: one hash and one comparison replace building a string.
interface KnownOid {
  readonly content: Uint8Array;
  readonly text: string;
}

function hash(bytes: Uint8Array, start: number, stop: number): number {
  let value = stop - start;
  for (let i = start; i < stop; i++) value = (Math.imul(value, 31) + bytes[i]!) | 0;
  return value;
}

export function sameBytes(expected: Uint8Array, bytes: Uint8Array, start: number, stop: number): boolean {
  if (expected.length !== stop - start) return false;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== bytes[start + i]) return false;
  return true;
}

const KNOWN_BY_TEXT: ReadonlyMap<string, Uint8Array> = new Map(
  Object.values(oids).map((text) => [text, buildContent(text)]),
);

const KNOWN_BY_HASH: ReadonlyMap<number, KnownOid> = new Map(
  [...KNOWN_BY_TEXT].map(([text, content]) => {
    return [hash(content, 0, content.length), { content, text }];
  }),
);
