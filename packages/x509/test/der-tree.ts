/** DER as a tree, to be changed without breaking the lengths around the change. */
interface Element {
  tag: number;
  /** Octets before the children: the count of unused bits of a BIT STRING that holds DER. */
  prefix: Uint8Array;
  children: Element[] | undefined;
  content: Uint8Array;
}

const NOTHING = new Uint8Array();
const MAX_DEPTH = 40;

function parse(bytes: Uint8Array, depth: number): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at]!;
    let length = bytes[at + 1];
    if (length === undefined || (tag & 0x1f) === 0x1f) return undefined;
    at += 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) return undefined;
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at++] ?? Number.NaN);
    }
    if (!(length <= bytes.length - at)) return undefined;
    elements.push(parseContent(tag, bytes.subarray(at, at + length), depth));
    at += length;
  }
  return elements;
}

function parseContent(tag: number, content: Uint8Array, depth: number): Element {
  const held = (tag & 0x20) !== 0 || tag === 0x04;
  if (depth < MAX_DEPTH && content.length > 1 && (held || (tag === 0x03 && content[0] === 0))) {
    const skip = tag === 0x03 ? 1 : 0;
    const children = parse(content.subarray(skip), depth + 1);
    if (children !== undefined) return { tag, prefix: content.subarray(0, skip), children, content: NOTHING };
  }
  return { tag, prefix: NOTHING, children: undefined, content };
}

function write(element: Element, out: number[]): void {
  const content: number[] = [...element.prefix];
  if (element.children === undefined) for (const octet of element.content) content.push(octet);
  else for (const child of element.children) write(child, content);
  out.push(element.tag);
  if (content.length < 0x80) out.push(content.length);
  else {
    const octets: number[] = [];
    for (let rest = content.length; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
    out.push(0x80 | octets.length, ...octets);
  }
  for (const octet of content) out.push(octet);
}

/** A place in the tree: a list of elements and an index into it. */
interface Place {
  readonly list: Element[];
  readonly index: number;
}

function places(list: Element[], found: Place[] = []): Place[] {
  for (let index = 0; index < list.length; index++) {
    found.push({ list, index });
    const { children } = list[index]!;
    if (children !== undefined) places(children, found);
  }
  return found;
}

/** The universal and context tags that X.509 uses. */
const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1c, 0x1e, 0x30, 0x31, 0x80,
  0x81, 0x82, 0x84, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4,
];

/**
 * Applies one to four changes to one of the seeds and writes the result with lengths that fit again, so that mutants
 * get past the outer layers of a reader. Which seed and which changes follows from the octets of `input` alone.
 */
export function restructure(seeds: readonly Uint8Array[], input: Uint8Array): Uint8Array {
  const next = generator(input);
  const roots = parse(seeds[next() % seeds.length]!, 0) ?? [];
  for (let changes = 1 + (next() % 4); changes > 0; changes--) {
    const all = places(roots);
    if (all.length === 0 || all.length > 4096) break;
    change(next() % 10, all[next() % all.length]!, all, next() % 256, input);
  }
  const out: number[] = [];
  for (const root of roots) write(root, out);
  return Uint8Array.from(out);
}

/** Numbers of 31 bits that follow from `input`. */
function generator(input: Uint8Array): () => number {
  let state = 0x811c9dc5;
  for (const octet of input) state = Math.imul(state ^ octet, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 1;
  };
}

function change(
  what: number,
  { list, index }: Place,
  all: readonly Place[],
  value: number,
  rest: Uint8Array,
): void {
  const element = list[index]!;
  const other = all[value % all.length]!;
  const otherElement = other.list[other.index]!;
  switch (what) {
    case 0:
      list.splice(index, 1);
      break;
    case 1:
      list.splice(index, 0, structuredClone(element));
      break;
    case 2:
      list[index] = structuredClone(otherElement);
      break;
    case 3:
      list.splice(index, 0, structuredClone(otherElement));
      break;
    case 4:
      element.tag = TAGS[value % TAGS.length]!;
      break;
    case 5:
      list[index] = { ...element, children: undefined, content: Uint8Array.from(rest.subarray(0, value)) };
      break;
    case 6:
      list[index] = {
        tag: TAGS[value % TAGS.length]!,
        prefix: NOTHING,
        children: [element],
        content: NOTHING,
      };
      break;
    case 7:
      if (element.children === undefined && element.content.length > 0) {
        element.content = Uint8Array.from(element.content);
        element.content[value % element.content.length]! ^= 1 << (value % 8);
      } else element.children?.reverse();
      break;
    case 8:
      element.content = element.content.slice(0, value % (element.content.length + 1));
      break;
    default:
      if (element.children !== undefined) list.splice(index, 1, ...element.children);
  }
}
