import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { openLedger } from '@entente/store-sql';
import type { AppProcess } from '@entente/testkit';
import { startApp } from '@entente/testkit/repository';
import { type AuthorityPlace, createAuthorityPlace } from '../../scenarios/harness/authority-place.ts';
import { type Bench, temporaryFolder } from '../suite.ts';

const readers = 150;
const warmUp = 3;
/** Revocations that wait for the ledger while it is filled. */
const callers = 256;
/** Either listener gives one caller at most 64 connections: the one an administrator, the plain one an address. */
const readersOfOne = 50;
const fqdn = 'ca.contoso.example';
/** What a listener holds for readers that take nothing, in copies of a long list: their own buffers are most of it. */
const mostCopies = 4;

/**
 * Resident memory of a running authority while 150 readers take nothing of a long revocation list that each has asked for: over HTTPS as
 * members, and over plain HTTP as outsiders. Beside it what one copy for each would be.
 */
export async function slowReaders(bench: Bench): Promise<void> {
  const { log, short } = bench;
  if (!existsSync('/proc/self/status')) {
    bench.skipped.push('slow readers of a list: memory is read in /proc, as Linux has it');
    return;
  }
  await using folder = await temporaryFolder('bench-lists');
  const place = await createAuthorityPlace({
    directory: folder.path,
    servers: [],
    administrators: Array.from({ length: readers / readersOfOne }, (_, index) => `administrator-${index}`),
  });
  await fill(place, short ? 10_000 : 100_000);
  await using authority = await startApp('authority-server', { name: fqdn, configFile: place.configFile });
  const plain = (count: number) => plainReaders(count, place);
  const mutual = (count: number) => memberReaders(count, place);
  // A few before it counts: code is compiled. Not more, or what these have cost would be there before it counts.
  for (const begin of [mutual, plain]) await whileReading(authority, 0, () => begin(warmUp));
  // For both: what the first readers have cost may stay, and would hide what the others cost.
  const before = await settledMemory(authority.pid);
  const overHttps = await whileReading(authority, before, () => mutual(readers));
  const overHttp = await whileReading(authority, before, () => plain(readers));
  const megabytes = overHttps.listBytes / 1e6;
  log(`a list of ${megabytes.toFixed(1)} MB, ${readers} readers that take nothing of it`);
  const compared = {
    against: { what: 'a copy for each', value: readers * megabytes },
    // A short list weighs less than the buffers of its readers.
    aim: short ? undefined : { atMost: mostCopies * megabytes },
  };
  for (const [how, { growth }] of Object.entries({ HTTPS: overHttps, HTTP: overHttp }))
    bench.figure(
      `resident memory for ${readers} slow readers of a list, ${how}`,
      growth / 1e6,
      'MB',
      compared,
    );
  bench.demand(overHttp.listBytes === overHttps.listBytes, 'the two ways gave lists of different length');
}

/** Records certificates that are revoked, so that the first list of the authority has them all. */
async function fill({ ceremony, directory }: AuthorityPlace, certificates: number): Promise<void> {
  const { issuerId: issuer } = ceremony;
  await using ledger = await openLedger(directory);
  const now = Date.now();
  let count = 0;
  const one = async (): Promise<void> => {
    while (count < certificates) {
      const subject = `fe${count++}.contoso.example`;
      const serialHex = `01${randomBytes(19).toString('hex')}`;
      await ledger.append({
        issuer,
        serialHex,
        profile: 'server',
        subject,
        names: { commonName: subject, dnsNames: [subject], uris: [] },
        notBefore: now,
        notAfter: now + 604_800_000,
        issuedAt: now,
        requester: `server:${subject}`,
        keyHash: randomBytes(32).toString('hex'),
        certificate: new Uint8Array(64),
      });
      await ledger.revoke(issuer, serialHex, { at: now, reason: 'superseded' });
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
}

/** Readers that have the header of their answer, and its length. */
interface Readers {
  readonly sockets: readonly Socket[];
  readonly listBytes: number;
}

/**
 * @param before - resident memory without readers, bytes
 * @returns how much the authority has more while they read
 */
async function whileReading(
  { pid }: AppProcess,
  before: number,
  begin: () => Promise<Readers>,
): Promise<{ readonly growth: number; readonly listBytes: number }> {
  const { listBytes, sockets } = await begin();
  const during = await settledMemory(pid);
  for (const socket of sockets) socket.destroy();
  return { growth: during - before, listBytes };
}

/** Resident memory once it no longer changes, or after five seconds; bytes. */
async function settledMemory(pid: number): Promise<number> {
  let last = residentMemory(pid);
  for (let look = 0; look < 10; look++) {
    await pause(500);
    const now = residentMemory(pid);
    if (Math.abs(now - last) < 262_144 && look > 1) return now;
    last = now;
  }
  return last;
}

function residentMemory(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) * 1_024;
}

async function plainReaders(
  count: number,
  { ceremony, objectsPort: port }: AuthorityPlace,
): Promise<Readers> {
  const opened = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const localAddress = `127.0.0.${2 + Math.floor(index / readersOfOne)}`;
      const socket = connect({ host: '127.0.0.1', port, localAddress });
      return ask(socket, 'connect', `/crl/${ceremony.issuerId}/0.crl`);
    }),
  );
  return readersOf(opened);
}

async function memberReaders(count: number, { ceremony, httpsPort: port }: AuthorityPlace): Promise<Readers> {
  const identities = ceremony.administrators.map(({ certificate, key }) => ({
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ca: ceremony.rootPem,
  }));
  const opened: Asked[] = [];
  // Not all handshakes at once: they are not what is measured.
  for (let index = 0; index < count; index++) {
    const identity = identities[Math.floor(index / readersOfOne)];
    const socket = connectTls({ host: '127.0.0.1', port, servername: fqdn, ...identity });
    opened.push(await ask(socket, 'secureConnect', `/lists/${ceremony.issuerId}/0`));
  }
  return readersOf(opened);
}

function readersOf(opened: readonly Asked[]): Readers {
  return { sockets: opened.map(({ socket }) => socket), listBytes: opened[0]?.length ?? 0 };
}

interface Asked {
  readonly socket: Socket;
  readonly length: number;
}

/** Asks, reads the first part of the answer, and nothing more. */
function ask(socket: Socket, open: 'connect' | 'secureConnect', path: string): Promise<Asked> {
  return new Promise((resolve, reject) => {
    socket.once(open, () => socket.write(`GET ${path} HTTP/1.1\r\nhost: ${fqdn}\r\n\r\n`));
    socket.once('error', reject);
    socket.once('data', (part: Buffer) => {
      socket.pause();
      const head = part.toString('latin1');
      const length = /^content-length: (\d+)\r$/im.exec(head)?.[1];
      if (head.startsWith('HTTP/1.1 200 ') && length !== undefined)
        resolve({ socket, length: Number(length) });
      else reject(new Error(`expected a list, found ${head.slice(0, 200)}`));
    });
  });
}
