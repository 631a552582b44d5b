import { readFileSync, writeFileSync } from 'node:fs';
import {
  createAlgorithm,
  createName,
  crlNumberExtension,
  decodeCrl,
  encodeCrl,
  oids,
  TbsCrlWriter,
} from '@entente/x509';
import { obey } from '../process/obey.ts';
import { cpuMicros } from '../process/processor-time.ts';

/** One half of the life of a CRL of many entries: written as the authority does, or read as a member does. */
export interface EntriesOrder {
  readonly action: 'write' | 'read';
  readonly file: string;
  readonly count: number;
}

/** What it took. */
export interface EntriesUsage {
  readonly seconds: number;
  readonly maxRssMegabytes: number;
  /** Where it was read. */
  readonly lookupsPerSecond: number;
}

// In a process of its own, so that its memory can be told.
obey((order: EntriesOrder) => (order.action === 'write' ? write(order) : read(order)));

/** 159 bits that differ from entry to entry and are always the same from run to run. */
function serialNumber(entry: number): Uint8Array {
  const octets = new Uint8Array(20);
  let state = Math.imul(entry + 1, 0x9e3779b1);
  for (let i = 0; i < octets.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    octets[i] = (state >>> 16) & 0xff;
  }
  octets[0] = 0x40 | (octets[0]! & 0x3f);
  octets.set([entry >> 16, entry >> 8, entry], 17);
  return octets;
}

function write({ count, file }: EntriesOrder): EntriesUsage {
  const algorithm = createAlgorithm(oids.ecdsaWithSHA256);
  const issuer = createName([{ oid: oids.commonName, value: 'Contoso Issuing CA' }]);
  const now = Date.UTC(2026, 10, 24);
  const start = performance.now();
  const fields = {
    signatureAlgorithm: algorithm,
    issuer,
    thisUpdate: now,
    nextUpdate: now + 86_400_000,
    extensions: [crlNumberExtension(1)],
  };
  const writer = new TbsCrlWriter(fields, count);
  for (let entry = 0; entry < count; entry++) {
    writer.add({
      serialNumber: serialNumber(entry),
      revocationDate: now - entry * 1000,
      reason: 'cessationOfOperation',
    });
  }
  const der = encodeCrl(writer.finish(), algorithm, new Uint8Array(70).fill(1));
  const seconds = (performance.now() - start) / 1000;
  writeFileSync(file, der);
  return { seconds, maxRssMegabytes: maxRss(), lookupsPerSecond: 0 };
}

function read({ count, file }: EntriesOrder): EntriesUsage {
  // A Buffer of this size has memory of its own, so nothing is copied here.
  const bytes = readFileSync(file);
  const start = performance.now();
  const decoded = decodeCrl(bytes);
  if (!decoded.ok) throw new Error(decoded.error.message);
  const crl = decoded.value;
  // The first lookup builds the index.
  const first = crl.lookup(serialNumber(0));
  const seconds = (performance.now() - start) / 1000;
  if (first === undefined || crl.entryCount !== count)
    throw new Error('the CRL does not hold what was written');
  const maxRssMegabytes = maxRss();
  return { seconds, maxRssMegabytes, lookupsPerSecond: lookups(count, crl.lookup.bind(crl)) };
}

/** Half of the serial numbers are listed, half are not; making them is not part of the time. */
function lookups(count: number, lookup: (serial: Uint8Array) => unknown): number {
  const sample = 100_000;
  const step = Math.max(1, Math.floor(count / sample));
  const serials: Uint8Array[] = [];
  for (let i = 0; i < sample; i++) {
    const serial = serialNumber((i * step) % count);
    if (i % 2 === 1) serial[16]! ^= 0xff;
    serials.push(serial);
  }
  const expected = serials.length / 2;
  // Processor time: a lookup waits for nothing, and what other processes do in between is not its own.
  const before = cpuMicros();
  const end = performance.now() + 500;
  let rounds = 0;
  do {
    let found = 0;
    for (const serial of serials) if (lookup(serial) !== undefined) found++;
    if (found !== expected)
      throw new Error(`expected ${expected} serial numbers to be listed, found ${found}`);
    rounds++;
  } while (performance.now() < end);
  return (rounds * serials.length) / ((cpuMicros() - before) / 1e6);
}

function maxRss(): number {
  return process.resourceUsage().maxRSS / 1024;
}
