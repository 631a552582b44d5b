import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { anchorsFrom, createRevocationFetcher } from '@entente/trust/node';
import { afterEach, expect, it } from 'vitest';

const host = 'pki.contoso.example';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A fetcher, and a server whose list a test sets. */
async function fetching(authority: Awaited<ReturnType<typeof createTestAuthority>>) {
  let answer = '';
  const server = createServer((_, response) =>
    response.end(Buffer.from(answer.replace(/-----[^-]+-----/g, ''), 'base64')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close().closeAllConnections());
  const url = `http://${host}:${(server.address() as AddressInfo).port}/contoso.crl`;
  const shown: unknown[] = [];
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-shown-crls-'));
  closers.push(() => rm(cacheDirectory, { recursive: true }));
  /** Milliseconds that have passed. */
  let passed = 0;
  const open = () =>
    createRevocationFetcher({
      hosts: [],
      privateHosts: [host],
      lookUp: async () => ['127.0.0.1'],
      cacheDirectory,
      refresh: false,
      refreshEveryMs: 0,
      retryAfterMs: 0,
      now: () => Date.now() + passed,
      onCrl: ({ crlNumber }, from) => void shown.push([crlNumber, from]),
    });
  let fetcher = await open();
  closers.push(() => fetcher[Symbol.asyncDispose]());
  const { certificatePem } = await authority.issue({ dnsNames: ['fe.contoso.example'], crlUrl: url });
  const { current: anchors } = await anchorsFrom({ pem: authority.certificatePem });
  const certificates = [new X509Certificate(certificatePem).raw];
  return {
    url,
    shown,
    numbers: () => fetcher.store.current.crls.map(({ crlNumber }) => crlNumber),
    async first(list: string) {
      answer = list;
      await fetcher.prepare({ certificates }, anchors, Date.now());
    },
    async next(list: string) {
      answer = list;
      await fetcher.refresh();
    },
    pass(ms: number) {
      passed += ms;
    },
    /** What is kept was written then, milliseconds since the epoch. */
    async keptAt(time: number) {
      for (const name of await readdir(cacheDirectory))
        await utimes(join(cacheDirectory, name), time / 1_000, time / 1_000);
    },
    async restart() {
      await fetcher[Symbol.asyncDispose]();
      fetcher = await open();
    },
  };
}

it('a fetcher shows each list that the issuer has signed, also one that is older than the known one', async () => {
  const authority = await createTestAuthority('Contoso Root');
  const forger = await createTestAuthority('Contoso Root');
  const { first, next, numbers, shown, url } = await fetching(authority);
  await first(await authority.crl([], { number: 200 }));
  await next(await forger.crl([], { number: 201, thisUpdate: Date.now() }));
  await next(await authority.crl([], { number: 199, thisUpdate: Date.now() - 3_600_000 }));
  expect(shown).toEqual([
    [200n, url],
    [199n, url],
  ]);
  expect(numbers()).toEqual([200n]);
});

it('a fetcher takes the list that was signed again once the clock was right that was ahead, and not the one before', async () => {
  const authority = await createTestAuthority('Contoso Root');
  const { first, next, numbers } = await fetching(authority);
  const year = 365 * 86_400_000;
  const before = await authority.crl([], { number: 1, thisUpdate: Date.now() - 60_000 });
  await first(await authority.crl([], { number: 2, thisUpdate: Date.now() + year }));
  expect(numbers()).toEqual([2n]);
  await next(before);
  expect(numbers()).toEqual([2n]);
  await next(await authority.crl([], { number: 3, thisUpdate: Date.now() - 1_000 }));
  expect(numbers()).toEqual([3n]);
  await next(await authority.crl([], { number: 4, thisUpdate: Date.now() - 3_600_000 }));
  expect(numbers(), 'neither is of the future').toEqual([3n]);
});

it.each(['without', 'with'])(
  'a fetcher takes that also where the time of the wrong one has come before it asks again, %s a restart',
  async (how) => {
    const authority = await createTestAuthority('Contoso Root');
    const { first, next, numbers, pass, restart } = await fetching(authority);
    const hour = 3_600_000;
    const start = Date.now();
    const wrong = await authority.crl([], { number: 2, thisUpdate: start + 4 * hour });
    await first(wrong);
    pass(hour);
    await next(wrong);
    pass(5 * hour);
    if (how === 'with') await restart();
    await next(wrong);
    await next(await authority.crl([], { number: 3, thisUpdate: start + 2 * hour }));
    expect(numbers()).toEqual([3n]);
    await next(await authority.crl([], { number: 4, thisUpdate: start + hour }));
    expect(numbers(), 'its time had come').toEqual([3n]);
  },
);

it.each(['without', 'with'])(
  'a fetcher whose own clock was ahead as well takes the list that was signed again once both were set, %s a restart',
  async (how) => {
    const authority = await createTestAuthority('Contoso Root');
    const { first, keptAt, next, numbers, pass, restart } = await fetching(authority);
    const [start, days] = [Date.now(), 3 * 86_400_000];
    const before = await authority.crl([], { number: 1, thisUpdate: start - 60_000 });
    pass(days);
    await first(await authority.crl([], { number: 2, thisUpdate: start + days - 1_000 }));
    pass(-days);
    if (how === 'with') {
      await keptAt(start + days);
      await restart();
    }
    await next(before);
    expect(numbers(), 'it was signed before').toEqual([2n]);
    await next(await authority.crl([], { number: 3, thisUpdate: start - 1_000 }));
    expect(numbers()).toEqual([3n]);
  },
);

it('a fetcher whose clock was ahead while a location failed asks it again once that was set', async () => {
  const authority = await createTestAuthority('Contoso Root');
  const { first, numbers, pass } = await fetching(authority);
  pass(86_400_000);
  await first('');
  pass(-86_400_000);
  await first(await authority.crl([], { number: 1 }));
  expect(numbers()).toEqual([1n]);
});
