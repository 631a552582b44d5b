import { X509Certificate } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnchorSet } from '../../policy/anchor.ts';
import { anchorsFrom } from '../anchors-from.ts';
import { createRevocationFetcher, type FetcherOptions } from './revocation-fetcher.ts';

const host = 'pki.contoso.example';
let good: TestAuthority;
let hostile: TestAuthority;
let anchors: AnchorSet;
let origin: string;
/** Answers that have begun and do not end. */
let open: ServerResponse[];
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  [good, hostile] = [await createTestAuthority('Good Root'), await createTestAuthority('Hostile Root')];
  anchors = (await anchorsFrom({ pem: `${good.certificatePem}\n${hostile.certificatePem}` })).current;
  const list = Buffer.from((await good.crl([])).replace(/-----[^-]+-----/g, ''), 'base64');
  open = [];
  const server = createServer(({ url }, response) => {
    if (url === '/good') {
      response.end(list);
      return;
    }
    open.push(response);
    response.write(new Uint8Array(1_000));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  closers.push(() => server.close().closeAllConnections());
});
afterEach(async () => {
  // What is still being fetched ends with its server.
  for (const close of closers.splice(0)) await close();
});

async function fetcher(options: Partial<FetcherOptions>) {
  const made = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: async () => ['127.0.0.1'],
    refresh: false,
    timeoutMs: 600_000,
    ...options,
  });
  closers.push(() => made[Symbol.asyncDispose]());
  const prepare = async (paths: readonly string[], from: TestAuthority) => {
    for (const path of paths) {
      const issued = await from.issue({ dnsNames: ['fe.contoso.example'], crlUrl: `${origin}${path}` });
      const certificates = [new X509Certificate(issued.certificatePem).raw];
      void made.prepare({ certificates }, anchors, Date.now());
    }
  };
  return { made, prepare, whys: () => [...made.failures.values()] };
}

describe('what is fetched at once', () => {
  it('is bounded in bytes for each anchor, and those of another are fetched meanwhile', async () => {
    const { made, prepare, whys } = await fetcher({ maxKeptBytesPerAnchor: 2_500 });
    await prepare(['/1', '/2', '/3'], hostile);
    await expect.poll(whys).toEqual(['no room beside what else is being fetched']);
    await prepare(['/good'], good);
    await expect.poll(() => made.store.current.crls.length).toBe(1);
  });

  it('is bounded in number for each anchor, and those of another are fetched meanwhile', async () => {
    const { made, prepare, whys } = await fetcher({ maxKeptPerAnchor: 1 });
    await prepare(['/1', '/2', '/3'], hostile);
    await expect.poll(whys).toEqual(['2 objects are being fetched already for the peers of this anchor']);
    await prepare(['/good'], good);
    await expect.poll(() => made.store.current.crls.length).toBe(1);
  });

  it('leaves room again where it has ended', async () => {
    const { prepare, whys } = await fetcher({ maxKeptPerAnchor: 1, maxKeptBytesPerAnchor: 2_500 });
    await prepare(['/1', '/2'], hostile);
    await expect.poll(() => open.length).toBe(2);
    open[0]?.end();
    await expect.poll(() => whys().length).toBe(1);
    await prepare(['/3'], hostile);
    await expect.poll(() => open.length).toBe(3);
    open[2]?.end();
    await expect.poll(() => whys().length).toBe(2);
    expect(whys()).not.toContain('no room beside what else is being fetched');
  });
});
