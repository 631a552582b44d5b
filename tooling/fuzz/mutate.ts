import type { Random } from './random.ts';

/** Where mutants come from: known inputs, and the byte runs they are made of. */
export interface Corpus {
  readonly inputs: Uint8Array[];
  /** Runs cut out of the seeds at boundaries of character class: header names, numbers, delimiters, tags. */
  readonly tokens: Uint8Array[];
}

const interesting = [
  0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x3b, 0x3c, 0x3e, 0x40, 0x7f, 0x80, 0xa0, 0xff,
];
const lengths = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const maxTokens = 4096;
const recent = 4;

/**
 * Builds the corpus: the seeds and the tokens in them.
 *
 * @param seeds At least one input.
 */
export function corpusOf(seeds: readonly Uint8Array[]): Corpus {
  const tokens = new Map<string, Uint8Array>();
  for (const seed of seeds) {
    let start = 0;
    for (let i = 1; i <= seed.length && tokens.size < maxTokens; i += 1) {
      if (i < seed.length && classOf(seed[i] as number) === classOf(seed[start] as number)) continue;
      const token = seed.subarray(start, i);
      if (token.length <= 64) tokens.set(Buffer.from(token).toString('latin1'), token);
      start = i;
    }
  }
  return { inputs: [...seeds], tokens: [...tokens.values()] };
}

function classOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return 1;
  if ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)) return 2;
  if (byte === 0x0d || byte === 0x0a) return 3;
  return byte < 0x80 ? 4 : 5;
}

/**
 * One mutant: an input of the corpus, changed one to eight times without any idea of its structure.
 *
 * @param maxBytes The mutant is cut to this length.
 */
export function mutate(corpus: Corpus, random: Random, maxBytes: number): Uint8Array {
  // Every other one starts from the inputs that were kept last: they reach code where nothing has gone further yet.
  const from = random.oneIn(2) ? corpus.inputs : corpus.inputs.slice(-recent);
  let bytes = Uint8Array.from(random.pick(from));
  const rounds = 1 << random.below(4);
  for (let i = 0; i < rounds; i += 1) bytes = random.pick(mutations)(bytes, random, corpus);
  return bytes.length > maxBytes ? bytes.slice(0, maxBytes) : bytes;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Mutation = (bytes: Bytes, random: Random, corpus: Corpus) => Bytes;

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  if (bytes.length > 0)
    bytes[random.below(bytes.length)] = random.oneIn(2) ? random.pick(interesting) : random.below(256);
  return bytes;
};

const addToByte: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  if (bytes.length > 0) bytes[at] = ((bytes[at] as number) + random.below(33) - 16) & 0xff;
  return bytes;
};

/** Overwrites two or four bytes with a number at the edge of a range, most significant byte first. */
const setLength: Mutation = (bytes, random) => {
  const width = random.oneIn(2) ? 2 : 4;
  if (bytes.length < width) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = random.below(bytes.length - width + 1);
  if (width === 2) view.setUint16(at, random.pick(lengths) & 0xffff);
  else view.setUint32(at, random.pick(lengths));
  return bytes;
};

const removeRun: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  return replaced(bytes, from, runLength(bytes, from, random), new Uint8Array());
};

const doubleRun: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  const run = bytes.slice(from, from + runLength(bytes, from, random));
  return replaced(bytes, from, 0, run);
};

const moveRun: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  const length = runLength(bytes, from, random);
  const run = bytes.slice(from, from + length);
  const rest = replaced(bytes, from, length, new Uint8Array());
  return replaced(rest, random.below(rest.length + 1), 0, run);
};

/** The same run many times: what costs more than linear time, or nests without an end, shows here. */
const repeatRun: Mutation = (bytes, random) => {
  const from = random.below(bytes.length);
  const run = bytes.slice(from, from + Math.min(runLength(bytes, from, random), 64));
  const times = 1 << random.below(11);
  const many = new Uint8Array(run.length * times);
  for (let i = 0; i < times; i += 1) many.set(run, i * run.length);
  return replaced(bytes, from, 0, many);
};

const insertToken: Mutation = (bytes, random, { tokens }) => {
  if (tokens.length === 0) return bytes;
  return replaced(bytes, random.below(bytes.length + 1), 0, random.pick(tokens));
};

const overwriteWithToken: Mutation = (bytes, random, { tokens }) => {
  if (tokens.length === 0) return bytes;
  const token = random.pick(tokens);
  const from = random.below(bytes.length);
  return replaced(bytes, from, Math.min(token.length, bytes.length - from), token);
};

/** A number in text, replaced by one at the edge of a range or beyond it. */
const changeNumber: Mutation = (bytes, random) => {
  const start = random.below(bytes.length);
  let from = start;
  while (from < bytes.length && !isDigit(bytes[from])) from += 1;
  let to = from;
  while (to < bytes.length && isDigit(bytes[to])) to += 1;
  const numbers = [
    '0',
    '-1',
    '1',
    '255',
    '256',
    '65536',
    '2147483648',
    '4294967296',
    '99999999999999999999',
    '1e9',
  ];
  return from === to ? bytes : replaced(bytes, from, to - from, Buffer.from(random.pick(numbers), 'latin1'));
};

const splice: Mutation = (bytes, random, { inputs }) => {
  const other = random.pick(inputs);
  const tail = other.subarray(random.below(other.length));
  const cut = random.below(bytes.length + 1);
  return replaced(bytes, cut, bytes.length - cut, tail);
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const mutations: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  addToByte,
  setLength,
  removeRun,
  doubleRun,
  moveRun,
  repeatRun,
  insertToken,
  insertToken,
  overwriteWithToken,
  changeNumber,
  splice,
  truncate,
];

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function runLength(bytes: Uint8Array, from: number, random: Random): number {
  const most = random.oneIn(8) ? bytes.length : 32;
  return Math.min(bytes.length - from, 1 + random.below(most));
}

function replaced(bytes: Uint8Array, from: number, count: number, by: Uint8Array): Bytes {
  const result = new Uint8Array(bytes.length - count + by.length);
  result.set(bytes.subarray(0, from), 0);
  result.set(by, from);
  result.set(bytes.subarray(from + count), from + by.length);
  return result;
}
