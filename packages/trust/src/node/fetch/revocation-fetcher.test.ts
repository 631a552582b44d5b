import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import type { AnchorSet, PresentedChain } from '@entente/trust';
import { anchorsFrom, createRevocationFetcher, type FetcherOptions } from '@entente/trust/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchObject } from './fetch-object.ts';
import { hostListed } from './fetch-rules.ts';
import { isPublicAddress } from './public-address.ts';

const host = 'pki.contoso.example';
let authority: TestAuthority;
let anchors: AnchorSet;
let asked: string[];
let answer: RequestListener;
let port: number;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  authority = await createTestAuthority('Contoso Root');
  anchors = (await anchorsFrom({ pem: authority.certificatePem })).current;
  asked = [];
  answer = (_, response) => response.writeHead(404).end();
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
  closers.push(() => server.close().closeAllConnections());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const toLoopback = async () => ['127.0.0.1'];

async function fetcher(options: Partial<FetcherOptions> = {}) {
  const made = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: toLoopback,
    refresh: false,
    ...options,
  });
  closers.push(() => made[Symbol.asyncDispose]());
  return made;
}

const url = (path = '/contoso.crl') => `http://${host}:${port}${path}`;

async function chain(crlUrl: string | readonly string[] = url(), from = authority): Promise<PresentedChain> {
  const { certificatePem } = await from.issue({ dnsNames: ['fe.contoso.example'], crlUrl });
  return { certificates: [new X509Certificate(certificatePem).raw] };
}

async function crl(number: number, thisUpdate = Date.now() - 60_000, from = authority): Promise<Uint8Array> {
  const pem = await from.crl([], { number, thisUpdate });
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

function gives(bytes: Uint8Array): RequestListener {
  return (_, response) => response.end(bytes);
}

describe('fetching revocation knowledge', () => {
  it('fetches the CRL that a certificate names, and tells its listeners', async () => {
    answer = gives(await crl(200));
    const made = await fetcher();
    let told = 0;
    made.store.onChange(() => {
      told += 1;
    });
    await made.prepare(await chain(), anchors, Date.now());
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
    expect(asked).toEqual([`${host}:${port} /contoso.crl`]);
    expect(told).toBe(1);
  });

  it('asks a location once, however many verdicts wait for it, and not again while the answer is fresh', async () => {
    answer = gives(await crl(200));
    const made = await fetcher();
    const chains = await Promise.all([chain(), chain(), chain()]);
    await Promise.all(chains.map((each) => made.prepare(each, anchors, Date.now())));
    await made.prepare(await chain(), anchors, Date.now());
    expect(asked).toHaveLength(1);
  });

  it('leaves a location alone for a while after it failed', async () => {
    let now = Date.now();
    const made = await fetcher({ now: () => now, retryAfterMs: 30_000 });
    await made.prepare(await chain(), anchors, now);
    await made.prepare(await chain(), anchors, now);
    expect(asked).toHaveLength(1);
    expect([...made.failures]).toEqual([[url(), 'status 404']]);
    now += 30_001;
    answer = gives(await crl(200));
    await made.prepare(await chain(), anchors, now);
    expect(asked).toHaveLength(2);
    expect(made.failures.size).toBe(0);
  });

  it('asks nothing for a certificate that no anchor stands above', async () => {
    const outsider = await createTestAuthority('Outsider');
    const made = await fetcher();
    await made.prepare(await chain(url(), outsider), anchors, Date.now());
    expect(asked).toEqual([]);
  });

  it('asks nothing for outsiders that a peer adds to its chain', async () => {
    const outsider = await createTestAuthority('Outsider');
    const [own, other] = [await chain(url('/own.crl')), await chain(url('/outsider.crl'), outsider)];
    const made = await fetcher();
    await made.prepare(
      {
        certificates: [
          ...own.certificates,
          ...other.certificates,
          new X509Certificate(outsider.certificatePem).raw,
        ],
      },
      anchors,
      Date.now(),
    );
    expect(asked).toEqual([`${host}:${port} /own.crl`]);
  });

  it('refuses a CRL that its issuer has not signed', async () => {
    answer = gives(await crl(200, undefined, await createTestAuthority('Contoso Root')));
    const made = await fetcher();
    await made.prepare(await chain(), anchors, Date.now());
    expect(made.store.current.crls).toEqual([]);
    expect(made.failures.get(url())).toMatch(/issuer did not sign/);
  });

  it('refuses a CRL older than the one it knows: nobody in between can take knowledge back', async () => {
    const now = Date.now();
    answer = gives(await crl(201, now - 60_000));
    const made = await fetcher();
    await made.prepare(await chain(), anchors, now);
    answer = gives(await crl(200, now - 120_000));
    await made.prepare(await chain(), anchors, now + 2 * 86_400_000);
    expect(asked).toHaveLength(2);
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([201n]);
    expect(made.failures.get(url())).toMatch(/older/);
  });

  it('fetches again when three quarters of a CRL are over, not before', async () => {
    let now = Date.now();
    answer = gives(await crl(200, now));
    const made = await fetcher({ now: () => now, refreshEveryMs: 7 * 86_400_000 });
    await made.prepare(await chain(), anchors, now);
    now += 17 * 3_600_000;
    await made.refresh();
    expect(asked).toHaveLength(1);
    now += 3_600_000 + 1;
    answer = gives(await crl(201, now));
    await made.refresh();
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([201n]);
  });

  it('fetches again at the interval that it is given, so that a revocation arrives before the list expires', async () => {
    let now = Date.now();
    answer = gives(await crl(200, now));
    const made = await fetcher({ now: () => now, refreshEveryMs: 300_000 });
    await made.prepare(await chain(), anchors, now);
    now += 299_999;
    await made.refresh();
    expect(asked).toHaveLength(1);
    now += 1;
    answer = gives(await crl(201, now));
    await made.refresh();
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([201n]);
  });

  it('tells two lists of one second apart by their numbers', async () => {
    const now = Date.now();
    const [older, newer] = [await crl(200, now), await crl(201, now)];
    answer = gives(older);
    const made = await fetcher({ refreshEveryMs: 0 });
    await made.prepare(await chain(), anchors, now);
    const refreshed = async (bytes: Uint8Array) => {
      answer = gives(bytes);
      await made.refresh();
      return made.store.current.crls.map(({ crlNumber }) => crlNumber);
    };
    expect(await refreshed(newer)).toEqual([201n]);
    expect(await refreshed(older)).toEqual([201n]);
  });

  it('asks the names of one distribution point in order, until one has answered', async () => {
    answer = gives(await crl(200));
    const made = await fetcher();
    await made.prepare(await chain([url('/one.crl'), url('/other.crl')]), anchors, Date.now());
    expect(asked).toEqual([`${host}:${port} /one.crl`]);
  });

  it('asks the next name where one has no answer, at the first fetch and at each refresh', async () => {
    const bytes = await crl(200);
    answer = (request, response) => {
      if (request.url === '/one.crl') response.writeHead(503).end();
      else response.end(bytes);
    };
    const made = await fetcher({ refreshEveryMs: 0, retryAfterMs: 0 });
    await made.prepare(await chain([url('/one.crl'), url('/other.crl')]), anchors, Date.now());
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
    await made.refresh();
    const turn = [`${host}:${port} /one.crl`, `${host}:${port} /other.crl`];
    expect(asked).toEqual([...turn, ...turn]);
  });

  it('knows after a restart what it has kept on disk', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-cache-'));
    closers.push(() => rm(cacheDirectory, { recursive: true }));
    answer = gives(await crl(200));
    await (await fetcher({ cacheDirectory })).prepare(await chain(), anchors, Date.now());
    const again = await fetcher({ cacheDirectory });
    expect(again.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
    await again.prepare(await chain(), anchors, Date.now());
    expect(asked).toHaveLength(1);
  });
});

describe('after a restart', () => {
  let cacheDirectory: string;
  beforeEach(async () => {
    cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-cache-'));
    closers.push(() => rm(cacheDirectory, { recursive: true }));
    answer = gives(await crl(200, Date.now() - 60_000));
    const before = await fetcher({ cacheDirectory });
    await before.prepare(await chain(), anchors, Date.now());
    await before[Symbol.asyncDispose]();
  });

  it('a list is fetched again at once where lists are fetched at an interval', async () => {
    const again = await fetcher({ cacheDirectory, refreshEveryMs: 300_000 });
    answer = gives(await crl(201, Date.now()));
    await again.refresh();
    expect(again.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([201n]);
  });

  it('a forged list does not displace the one that was kept: whose it must be was kept too', async () => {
    const again = await fetcher({ cacheDirectory, refreshEveryMs: 300_000 });
    answer = gives(await crl(9_999, Date.now(), await createTestAuthority('Contoso Root')));
    await again.refresh();
    expect(again.failures.get(url())).toMatch(/issuer did not sign/);
    expect(again.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
  });

  it('a list whose issuer was not kept stays as it is until a chain names it again', async () => {
    for (const name of await readdir(cacheDirectory)) {
      if (name.endsWith('.issuer')) await rm(join(cacheDirectory, name));
    }
    const again = await fetcher({ cacheDirectory, refreshEveryMs: 300_000 });
    answer = gives(await crl(9_999, Date.now(), await createTestAuthority('Contoso Root')));
    await again.refresh();
    expect(again.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
  });
});

describe('the fetching rules', () => {
  const rules = { hosts: [], privateHosts: [host], timeoutMs: 2_000 };
  const wanted = (path?: string, maxBytes = 1_000) => ({ url: url(path), maxBytes });

  it('asks only hosts that are listed', async () => {
    expect(await fetchObject(wanted(), { hosts: ['other.example'] }, toLoopback)).toMatchObject({
      ok: false,
      why: `host ${host} is not listed`,
    });
    expect(asked).toEqual([]);
  });

  it('asks a list that is a function at every fetch', async () => {
    answer = gives(Buffer.from('crl'));
    let hosts: readonly string[] = [];
    const following = { hosts: [], privateHosts: () => hosts };
    expect(await fetchObject(wanted(), following, toLoopback)).toMatchObject({ ok: false });
    hosts = ['*.contoso.example'];
    expect(await fetchObject(wanted(), following, toLoopback)).toMatchObject({ ok: true });
  });

  it.each([
    ['contoso.example', false],
    ['pki.contoso.example', true],
    ['crl.pki.contoso.example', true],
    ['notcontoso.example', false],
    ['contoso.example.evil.example', false],
  ])('the entry *.contoso.example lists %s: %s', (name, expected) => {
    expect(hostListed({ hosts: ['*.Contoso.example'] }, name)).toBe(expected);
  });

  it('asks no private address of a listed host, unless the host is listed as private', async () => {
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      'fe80::1',
      '::ffff:127.0.0.1',
    ]) {
      expect(await fetchObject(wanted(), { hosts: [host] }, async () => [address])).toMatchObject({
        ok: false,
        why: `host ${host} has no address that may be used`,
      });
    }
    expect(asked).toEqual([]);
  });

  it('connects to the address that was checked: a second look-up has no say', async () => {
    let lookUps = 0;
    answer = gives(Buffer.from('crl'));
    const outcome = await fetchObject(wanted(), rules, async () => {
      lookUps += 1;
      return lookUps === 1 ? ['127.0.0.1'] : ['203.0.113.1'];
    });
    expect(outcome).toMatchObject({ ok: true });
    expect(lookUps).toBe(1);
  });

  it('follows no redirect', async () => {
    answer = (request, response) => {
      if (request.url === '/contoso.crl') response.writeHead(302, { location: url('/elsewhere') }).end();
      else response.end('crl');
    };
    expect(await fetchObject(wanted(), rules, toLoopback)).toEqual({ ok: false, why: 'status 302' });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, RequestListener]>([
    [
      'says so',
      (_, response) => response.writeHead(200, { 'content-length': '5000' }).end(Buffer.alloc(5_000)),
    ],
    [
      'does not say so',
      (_, response) => {
        response.write(Buffer.alloc(900));
        response.end(Buffer.alloc(900));
      },
    ],
  ])('takes no answer above the bound, whether the server %s', async (_, listener) => {
    answer = listener;
    expect(await fetchObject(wanted(), rules, toLoopback)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/1000/),
    });
  });

  it('gives up on a server that never ends', async () => {
    answer = (_, response) => void response.write('c');
    expect(await fetchObject(wanted(), { ...rules, timeoutMs: 50 }, toLoopback)).toEqual({
      ok: false,
      why: 'no complete answer within 50 ms',
    });
  });

  it('gives up on a resolver that never answers', async () => {
    expect(await fetchObject(wanted(), { ...rules, timeoutMs: 50 }, () => new Promise(() => {}))).toEqual({
      ok: false,
      why: 'no complete answer within 50 ms',
    });
  });

  it.each([
    'https://pki.contoso.example/x',
    'ldap://pki.contoso.example/x',
    'http://u:p@pki.contoso.example/',
    'nonsense',
  ])('does not ask %s', async (location) => {
    expect(await fetchObject({ url: location, maxBytes: 10 }, rules, toLoopback)).toMatchObject({
      ok: false,
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['8.8.8.8', true],
    ['100.64.1.1', false],
    ['172.31.255.255', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['224.0.0.1', false],
    ['2606:4700::1', true],
    ['2001:db8::1', false],
    ['fc00::1', false],
    ['::', false],
    ['64:ff9b::7f00:1', false],
    ['contoso.example', false],
  ])('address %s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});
