import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { type OpenTrustOptions, openTrust } from '@entente/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const host = 'pki.contoso.example';
const name = 'pool.contoso.example';
let authority: TestAuthority;
let status = 404;
let list: Uint8Array | undefined;
const server = createServer((_, response) => {
  if (list === undefined) response.writeHead(status).end();
  else response.end(list);
});
let url: string;

beforeAll(async () => {
  authority = await createTestAuthority('Contoso Root');
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://${host}:${(server.address() as AddressInfo).port}/root.crl`;
});
afterAll(() => server.close().closeAllConnections());

/** What a chain of a private CA is refused with, once everything was tried. */
async function refusal(fetch: OpenTrustOptions['fetch'], crlUrl: string | undefined = url, crl?: string) {
  const issued = await authority.issue({
    dnsNames: [name],
    ...(crlUrl === '' ? {} : { crlUrl }),
  });
  await using trust = await openTrust({
    anchors: { pem: authority.certificatePem },
    ...(crl === undefined ? {} : { crls: { pem: crl } }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  const presented = { certificates: [new X509Certificate(issued.certificatePem).raw] };
  const question = {
    now: Date.now(),
    link: { name: 'tls', direction: 'outbound', interface: 'external', purpose: 'server' },
    identity: { mode: 'https', name },
    authorise: () => ({ ok: true }) as const,
  } as const;
  await trust.prepare!(presented, question);
  const verdict = trust.judge.judge(presented, question);
  if (verdict.trusted) throw new Error('trusted');
  return verdict.rejection;
}

const toLoopback = async () => ['127.0.0.1'];

describe('a certificate of a private CA whose revocation cannot be known', () => {
  it('without a location of a list: the remedy is a file, and how one is written', async () => {
    const rejection = await refusal({ hosts: ['*'] }, '');
    expect(rejection).toMatchObject({ reason: 'revocation-unknown', locations: [] });
    expect(rejection.remedy).toContain('openTrust({ crls })');
    expect(rejection.remedy).toContain('openssl ca -gencrl');
  });

  it('where nothing may be fetched: the remedy names the host to list', async () => {
    const rejection = await refusal(undefined);
    expect(rejection).toMatchObject({ reason: 'revocation-unknown', locations: [url] });
    expect(rejection.remedy).toContain(`fetch from ${host} (in a program \`fetch: { hosts }\``);
  });

  it('at a host that is not listed: the reason says so, and the remedy is the same', async () => {
    const rejection = await refusal({ hosts: ['other.example'] });
    expect(rejection).toMatchObject({ notFetched: [{ url, why: `host ${host} is not listed` }] });
    expect(rejection.message).toContain(`${url}: host ${host} is not listed`);
    expect(rejection.remedy).toContain('fetch: { hosts }');
  });

  it('at a host with an inside address: the remedy names privateHosts', async () => {
    const rejection = await refusal({ hosts: ['*'], lookUp: toLoopback });
    expect(rejection.message).toContain('has no address that may be used');
    expect(rejection.remedy).toContain(`if ${host} is a host of yours`);
    expect(rejection.remedy).toContain('privateHosts');
  });

  it('at a host that has no list: the reason has its answer', async () => {
    const rejection = await refusal({ hosts: [], privateHosts: [host], lookUp: toLoopback });
    expect(rejection).toMatchObject({ notFetched: [{ url, why: 'status 404' }] });
    expect(rejection.remedy).toContain(`make ${url} answer`);
  });

  it('by a list that has expired: the reason says why there is none that is newer', async () => {
    status = 500;
    const old = { thisUpdate: Date.now() - 90 * 86_400_000, nextUpdate: Date.now() - 60 * 86_400_000 };
    const fetch = { hosts: [], privateHosts: [host], lookUp: toLoopback };
    const rejection = await refusal(fetch, url, await authority.crl([], old));
    expect(rejection).toMatchObject({ reason: 'revocation-stale' });
    expect(rejection.message).toContain(`${url}: status 500`);
  });
});
