import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import type { AnchorSet, PresentedChain } from '@entente/trust';
import { anchorsFrom, createRevocationFetcher, type FetcherOptions } from '@entente/trust/node';
import { issuingDistributionPointExtension } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const host = 'pki.contoso.example';
let authority: TestAuthority;
let anchors: AnchorSet;
let answer: Uint8Array;
let url: string;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  authority = await createTestAuthority('Contoso Root');
  anchors = (await anchorsFrom({ pem: authority.certificatePem })).current;
  const server = createServer((_, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://${host}:${(server.address() as AddressInfo).port}/contoso.crl`;
  closers.push(() => server.close().closeAllConnections());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function fetcher(options: Partial<FetcherOptions> = {}) {
  const lookUp = async () => ['127.0.0.1'];
  const made = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp,
    refresh: false,
    ...options,
  });
  closers.push(() => made[Symbol.asyncDispose]());
  return made;
}

async function chain(): Promise<PresentedChain> {
  const { certificatePem } = await authority.issue({ dnsNames: ['fe.contoso.example'], crlUrl: url });
  return { certificates: [new X509Certificate(certificatePem).raw] };
}

async function crl(number: number): Promise<Uint8Array> {
  return derOf(await authority.crl([], { number }));
}

/** A list that says that it speaks for other issuers too, by somebody whom nobody here knows. */
async function indirectCrl(number: number): Promise<Uint8Array> {
  const outsider = await createTestAuthority('Outsider');
  const extensions = [issuingDistributionPointExtension({ indirectCRL: true })];
  return derOf(await outsider.crl([], { number, thisUpdate: Date.now(), extensions }));
}

function derOf(pem: string): Uint8Array {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

describe('indirect CRLs', () => {
  it('displace none that the issuer has signed: nobody here can check theirs', async () => {
    const now = Date.now();
    const made = await fetcher({ refreshEveryMs: 0 });
    answer = await crl(200);
    await made.prepare(await chain(), anchors, now);
    answer = await indirectCrl(9_999);
    await made.refresh();
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
    expect(made.failures.get(url)).toMatch(/cannot be checked/);
  });

  it('keep nobody from the true list: they give way, are asked about again and not kept on disk', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'entente-cache-'));
    closers.push(() => rm(cacheDirectory, { recursive: true }));
    const now = Date.now();
    const made = await fetcher({ cacheDirectory });
    answer = await indirectCrl(9_999);
    await made.prepare(await chain(), anchors, now);
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([9_999n]);
    expect(await readdir(cacheDirectory)).toEqual([]);
    answer = await crl(200);
    await made.prepare(await chain(), anchors, now);
    expect(made.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
  });
});
