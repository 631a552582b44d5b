import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@entente/testkit';
import { anchorsFrom, createRevocationFetcher } from '@entente/trust/node';
import { afterEach, expect, it } from 'vitest';

const host = 'pki.contoso.example';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

it('a fetcher shows each list that the issuer has signed, also one that is older than the known one', async () => {
  const authority = await createTestAuthority('Contoso Root');
  const forger = await createTestAuthority('Contoso Root');
  let answer = '';
  const server = createServer((_, response) =>
    response.end(Buffer.from(answer.replace(/-----[^-]+-----/g, ''), 'base64')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close().closeAllConnections());
  const url = `http://${host}:${(server.address() as AddressInfo).port}/contoso.crl`;
  const shown: unknown[] = [];
  const fetcher = await createRevocationFetcher({
    hosts: [],
    privateHosts: [host],
    lookUp: async () => ['127.0.0.1'],
    refresh: false,
    refreshEveryMs: 0,
    retryAfterMs: 0,
    onCrl: ({ crlNumber }, from) => void shown.push([crlNumber, from]),
  });
  closers.push(() => fetcher[Symbol.asyncDispose]());
  const { certificatePem } = await authority.issue({ dnsNames: ['fe.contoso.example'], crlUrl: url });
  const { current: anchors } = await anchorsFrom({ pem: authority.certificatePem });

  answer = await authority.crl([], { number: 200 });
  await fetcher.prepare({ certificates: [new X509Certificate(certificatePem).raw] }, anchors, Date.now());
  answer = await forger.crl([], { number: 201, thisUpdate: Date.now() });
  await fetcher.refresh();
  answer = await authority.crl([], { number: 199, thisUpdate: Date.now() - 3_600_000 });
  await fetcher.refresh();
  expect(shown).toEqual([
    [200n, url],
    [199n, url],
  ]);
  expect(fetcher.store.current.crls.map(({ crlNumber }) => crlNumber)).toEqual([200n]);
});
