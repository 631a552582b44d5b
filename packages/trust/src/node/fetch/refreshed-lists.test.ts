import { X509Certificate } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { anchorsFrom, createRevocationFetcher } from '@entente/trust/node';
import { afterEach, describe, expect, it } from 'vitest';

const host = 'pki.contoso.example';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A CA whose list is at one place, and a fetcher that has been asked about one of its certificates. */
async function asking(answer: RequestListener | undefined, now = Date.now) {
  const authority = await createTestAuthority('Contoso Root');
  const list = Buffer.from((await authority.crl([])).replace(/-----[^-]+-----/g, ''), 'base64');
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (answer === undefined) response.end(list);
    else answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => server.close().closeAllConnections());
  const crlUrl = `http://${host}:${(server.address() as AddressInfo).port}/contoso.crl`;
  const fetcher = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: async () => ['127.0.0.1'],
    refresh: false,
    now,
  });
  closers.push(() => fetcher[Symbol.asyncDispose]());
  const { certificatePem } = await authority.issue({ dnsNames: ['fe.contoso.example'], crlUrl });
  const anchors = (await anchorsFrom({ pem: authority.certificatePem })).current;
  const presented = { certificates: [new X509Certificate(certificatePem).raw] };
  const prepared = fetcher.prepare(presented, anchors, now());
  return { fetcher, crlUrl, prepared, asked: () => asked };
}

describe('a fetched list', () => {
  it('is fetched again after an hour where no interval is given: one of a private CA may be current for a month', async () => {
    let now = Date.now();
    const { asked, fetcher, prepared } = await asking(undefined, () => now);
    await prepared;
    now += 3_599_999;
    await fetcher.refresh();
    expect(asked()).toBe(1);
    now += 1;
    await fetcher.refresh();
    expect(asked()).toBe(2);
  });

  it('that could not be fetched leaves behind why, also while its location is being asked', async () => {
    let finish = (): void => {};
    const reached = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let end = (): void => {};
    const { crlUrl, fetcher, prepared } = await asking((_, response) => {
      end = () => response.writeHead(503).end();
      finish();
    });
    await reached;
    const why = fetcher.store.current.whyNotFetched!;
    expect(why(crlUrl)).toBe('no answer so far');
    end();
    await prepared;
    expect([why(crlUrl), why(`${crlUrl}?`)]).toEqual(['status 503', undefined]);
  });
});
