import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJudge } from '../../judge/create-judge.ts';
import type { AnchorSet } from '../../policy/anchor.ts';
import { anchorsFrom } from '../anchors-from.ts';
import { createRevocationFetcher, type FetcherOptions } from './revocation-fetcher.ts';

const host = 'pki.contoso.example';
let good: TestAuthority;
let hostile: TestAuthority;
let anchors: AnchorSet;
let cacheDirectory: string;
let port: number;
/** CRLs by path. */
let lists: Map<string, Uint8Array>;
let asked: string[];
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  [good, hostile] = [await createTestAuthority('Good Root'), await createTestAuthority('Hostile Root')];
  anchors = (await anchorsFrom({ pem: `${good.certificatePem}\n${hostile.certificatePem}` })).current;
  cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-kept-'));
  closers.push(() => rm(cacheDirectory, { recursive: true }));
  lists = new Map();
  asked = [];
  const serve: RequestListener = ({ url = '' }, response) => {
    asked.push(url);
    const list = lists.get(url);
    if (list === undefined) response.writeHead(404).end();
    else response.end(list);
  };
  const server = createServer(serve);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  closers.unshift(() => server.close().closeAllConnections());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function fetcher(options: Partial<FetcherOptions> = {}) {
  const made = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: async () => ['127.0.0.1'],
    refresh: false,
    cacheDirectory,
    maxKeptPerAnchor: 8,
    ...options,
  });
  closers.unshift(() => made[Symbol.asyncDispose]());
  return made;
}

/** A chain whose leaf names these lists, which its issuer has signed. */
async function chainOf(authority: TestAuthority, ...paths: readonly string[]) {
  const pem = await authority.crl([]);
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  for (const path of paths) if (!lists.has(path)) lists.set(path, der);
  const crlUrl = paths.map((path) => `http://${host}:${port}${path}`);
  const { certificatePem } = await authority.issue({ dnsNames: ['edge.contoso.example'], crlUrl });
  return { certificates: [new X509Certificate(certificatePem).raw] };
}

type Chain = Awaited<ReturnType<typeof chainOf>>;
type Made = Awaited<ReturnType<typeof fetcher>>;

function pathOf(made: Made, presented: Chain) {
  const verdict = createJudge({ anchors, revocation: () => made.store.current }).judge(presented, {
    now: Date.now(),
    link: { name: 'test', direction: 'outbound', interface: 'external', purpose: 'server' },
    identity: { mode: 'host', name: 'edge.contoso.example' },
    authorise: () => ({ ok: true }),
  });
  if (!verdict.trusted) throw new Error(verdict.rejection.message);
  return verdict.path;
}

/** A peer connects, is accepted, and stays. @returns closes its connection */
async function connect(made: Made, presented: Chain): Promise<() => void> {
  await made.prepare(presented, anchors, Date.now());
  return made.use(pathOf(made, presented));
}

/** A peer that is refused in the end has its certificate name new lists each time. */
async function flood(made: Made, authority: TestAuthority, times: number): Promise<void> {
  for (let time = 0; time < times; time++)
    await made.prepare(await chainOf(authority, `/flood-${time}.crl`), anchors, Date.now());
}

const issuersIn = (made: Made) => made.store.current.crls.map(({ issuer }) => issuer.toString());

describe('the lists of a peer that is refused again and again', () => {
  it('do not fill memory or disk, however many its certificates name', async () => {
    const made = await fetcher();
    await flood(made, hostile, 30);
    expect(asked).toHaveLength(30);
    expect(made.store.current.crls).toHaveLength(2);
    await made[Symbol.asyncDispose]();
    const files = await readdir(cacheDirectory);
    expect(files.filter((name) => name.endsWith('.object'))).toHaveLength(2);
    expect(files.filter((name) => name.endsWith('.issuer'))).toHaveLength(2);
    expect((await fetcher()).store.current.crls).toHaveLength(2);
  });

  it('are bounded in bytes', async () => {
    const made = await fetcher({ maxKeptBytesPerAnchor: 10 });
    await flood(made, hostile, 3);
    expect(made.store.current.crls).toEqual([]);
    expect([...made.failures.values()].at(-1)).toContain('no room');
  });

  it('push out no list that a peer of another anchor needs', async () => {
    const made = await fetcher();
    const close = await connect(made, await chainOf(good, '/good.crl'));
    close();
    await flood(made, hostile, 30);
    expect(issuersIn(made).filter((issuer) => issuer.includes('Good'))).toHaveLength(1);
  });

  it('push out no list that an accepted peer of the same anchor has used', async () => {
    const made = await fetcher();
    for (let peer = 0; peer < 6; peer++)
      (await connect(made, await chainOf(hostile, `/accepted-${peer}.crl`)))();
    await flood(made, hostile, 30);
    asked.length = 0;
    for (let peer = 0; peer < 6; peer++)
      await made.prepare(await chainOf(hostile, `/accepted-${peer}.crl`), anchors, Date.now());
    expect(asked).toEqual([]);
  });

  it('are not kept at all where open connections need everything, and those stay', async () => {
    const made = await fetcher();
    const chains = await Promise.all(
      Array.from({ length: 8 }, (_, peer) => chainOf(hostile, `/open-${peer}.crl`)),
    );
    const closes: (() => void)[] = [];
    for (const chain of chains) closes.push(await connect(made, chain));
    await flood(made, hostile, 5);
    const askedAgain = async () => {
      asked.length = 0;
      for (const chain of chains) await made.prepare(chain, anchors, Date.now());
      return [...asked];
    };
    expect(made.store.current.crls).toHaveLength(8);
    expect(await askedAgain()).toEqual([]);
    closes[0]?.();
    (await connect(made, await chainOf(hostile, '/new.crl')))();
    expect(made.store.current.crls).toHaveLength(8);
    expect(await askedAgain()).toEqual(['/open-0.crl']);
  });

  it('make no request fail that a peer of another anchor needs: each anchor waits for its own failures', async () => {
    const made = await fetcher();
    const needed = await chainOf(good, '/good.crl');
    // The hostile CA names the list of the other one, which it has not signed.
    await made.prepare(await chainOf(hostile, '/good.crl'), anchors, Date.now());
    expect([...made.failures.values()]).toEqual([expect.stringContaining('issuer')]);
    await made.prepare(needed, anchors, Date.now());
    expect(pathOf(made, needed).certificates).toHaveLength(1);
  });
});

describe('a list that nobody has used for a day', () => {
  it('is dropped instead of fetched again', async () => {
    let now = Date.now();
    const made = await fetcher({ now: () => now, refreshEveryMs: 300_000 });
    await flood(made, hostile, 1);
    const close = await connect(made, await chainOf(good, '/good.crl'));
    asked.length = 0;
    now += 24 * 3_600_000;
    await made.refresh();
    expect(asked).toEqual(['/good.crl']);
    expect(issuersIn(made)).toEqual([expect.stringContaining('Good')]);
    close();
  });
});
