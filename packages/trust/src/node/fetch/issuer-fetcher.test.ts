import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AnchorSet, anchorSet, createJudge, type TrustAnchor } from '@entente/trust';
import { createIssuerFetcher, type IssuerFetcherOptions } from '@entente/trust/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchor, ask, noRevocation, outcome } from '../../../test/making/asking.ts';
import { extension, type Made, makeCa, makeLeaf, makeRoot } from '../../../test/making/certificates.ts';
import { oid, sequence } from '../../../test/making/der.ts';
import { generalName } from '../../../test/making/general-names.ts';

const host = 'pki.contoso.example';
const root = makeRoot('Contoso Root');
const outsider = makeRoot('Outsider');
let asked: string[];
let files: Record<string, Uint8Array>;
let answer: RequestListener;
let port: number;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  asked = [];
  files = {};
  answer = (request, response) => {
    const bytes = files[request.url ?? ''];
    if (bytes === undefined) response.writeHead(404).end();
    else response.end(bytes);
  };
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
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

/** An authorityInfoAccess that says where the issuer's certificate is. */
function issuerAt(...paths: readonly string[]): Buffer {
  const one = (path: string) =>
    sequence(oid('1.3.6.1.5.5.7.48.2'), generalName({ uri: `http://${host}:${port}${path}` }));
  return extension('1.3.6.1.5.5.7.1.1', false, sequence(...paths.map(one)));
}

const set = (more: Partial<TrustAnchor> = { issuersFrom: [host] }): AnchorSet =>
  anchorSet([anchor(root, more)]);
const fetcher = (options: IssuerFetcherOptions = {}) =>
  createIssuerFetcher({ privateHosts: [host], lookUp: async () => ['127.0.0.1'], ...options });
const presented = (...chain: readonly Made[]) => ({ certificates: chain.map(({ der }) => der) });

function chain(path = '/ca.crt') {
  const ca = makeCa(root, 'issuing CA');
  files['/ca.crt'] = ca.der;
  return { ca, leaf: makeLeaf(ca, ['fe1.contoso.example'], { extensions: [issuerAt(path)] }) };
}

describe('a missing intermediate', () => {
  it('is fetched from where the leaf says, and then the judge believes the leaf', async () => {
    const { ca, leaf } = chain();
    const made = fetcher();
    const judge = createJudge({ anchors: set(), intermediates: () => made.current });
    expect(outcome(ask(judge, [leaf]))).toBe('unknown-issuer');
    expect((await made.complete(presented(leaf), set())).map(({ serialHex }) => serialHex)).toEqual([
      ca.certificate.serialHex,
    ]);
    expect(outcome(ask(judge, [leaf]))).toBe('trusted');
  });

  it('is fetched over two steps, by way of what the peer has sent', async () => {
    const upper = makeCa(root, 'upper CA');
    const middle = makeCa(upper, 'middle CA', { extensions: [issuerAt('/upper.crt')] });
    const lower = makeCa(middle, 'lower CA', { extensions: [issuerAt('/middle.crt')] });
    files['/upper.crt'] = upper.der;
    files['/middle.crt'] = middle.der;
    const leaf = makeLeaf(lower, ['fe1.contoso.example']);
    const made = fetcher();
    expect(await made.complete(presented(leaf, lower), set())).toHaveLength(2);
    expect(asked).toEqual(['/middle.crt', '/upper.crt']);
    const judge = createJudge({ anchors: set(), intermediates: () => made.current });
    expect(outcome(ask(judge, [leaf, lower]))).toBe('trusted');
  });

  it('is fetched by one request, however many verdicts wait for it, and never again', async () => {
    const { leaf } = chain();
    const made = fetcher();
    const all = [1, 2, 3].map(() => made.complete(presented(leaf), set()));
    expect(await Promise.all(all)).toMatchObject([{ length: 1 }, { length: 1 }, { length: 1 }]);
    await made.complete(presented(leaf), set());
    expect(asked).toHaveLength(1);
    expect(made.current).toHaveLength(1);
  });
});

describe('intermediates that were fetched', () => {
  it('are bounded for each anchor, and those of one anchor push out none of another', async () => {
    const both = anchorSet([
      anchor(root, { issuersFrom: [host] }),
      anchor(outsider, { name: 'other', issuersFrom: [host] }),
    ]);
    const made = fetcher({ maxPerMinute: 1_000 });
    const { ca, leaf } = chain();
    await made.complete(presented(leaf), both);
    for (let each = 0; each < 40; each++) {
      const other = makeCa(outsider, `CA ${each}`);
      files[`/${each}.crt`] = other.der;
      const named = makeLeaf(other, ['fe1.contoso.example'], { extensions: [issuerAt(`/${each}.crt`)] });
      expect(await made.complete(presented(named), both)).toHaveLength(1);
    }
    expect(made.current).toHaveLength(33);
    expect(made.current.map(({ serialHex }) => serialHex)).toContain(ca.certificate.serialHex);
  });
});

describe('nothing is asked', () => {
  it('unless an anchor lists the host', async () => {
    const { leaf } = chain();
    const made = fetcher();
    expect(await made.complete(presented(leaf), set({}))).toEqual([]);
    expect(await made.complete(presented(leaf), set({ issuersFrom: ['other.example'] }))).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('at a private address, unless the host is listed as private', async () => {
    const { leaf } = chain();
    const made = fetcher({ privateHosts: [] });
    expect(await made.complete(presented(leaf), set())).toEqual([]);
    expect(asked).toEqual([]);
    expect([...made.failures.values()]).toEqual([expect.stringMatching(/no address that may be used/)]);
  });

  it('beyond the requests of a minute: a leaf of anybody sends us there', async () => {
    let now = 0;
    const made = fetcher({ maxPerMinute: 2, now: () => now, retryAfterMs: 0 });
    const forged = (path: string) => makeLeaf(outsider, ['x'], { extensions: [issuerAt(path)] });
    for (const path of ['/1', '/2', '/3', '/4']) await made.complete(presented(forged(path)), set());
    expect(asked).toEqual(['/1', '/2']);
    now += 60_000;
    await made.complete(presented(forged('/5')), set());
    expect(asked).toEqual(['/1', '/2', '/5']);
  });

  it('again for a while after a location failed', async () => {
    const { leaf } = chain('/absent.crt');
    const made = fetcher();
    await made.complete(presented(leaf), set());
    await made.complete(presented(leaf), set());
    expect(asked).toEqual(['/absent.crt']);
  });
});

describe('nothing is kept', () => {
  it.each<[string, () => Uint8Array]>([
    ['that is no certificate', () => Buffer.from('<html>')],
    ['that has not issued the leaf', () => makeCa(root, 'issuing CA').der],
    ['that is larger than a certificate of a CA', () => Buffer.alloc(20_000, 0x30)],
  ])('%s', async (_, made) => {
    const { leaf } = chain();
    files['/ca.crt'] = made();
    const one = fetcher();
    expect(await one.complete(presented(leaf), set())).toEqual([]);
    expect(one.current).toEqual([]);
  });

  it('that is no CA', async () => {
    const posing = makeLeaf(root, [], { subject: [['CN', 'posing']] });
    files['/ca.crt'] = posing.der;
    const leaf = makeLeaf(posing, ['fe1.contoso.example'], { extensions: [issuerAt('/ca.crt')] });
    const made = fetcher();
    expect(await made.complete(presented(leaf), set())).toEqual([]);
    expect(made.current).toEqual([]);
  });

  it('that leads to no anchor, or to one that does not list the host', async () => {
    const other = makeCa(outsider, 'issuing CA');
    files['/ca.crt'] = other.der;
    const leaf = makeLeaf(other, ['fe1.contoso.example'], { extensions: [issuerAt('/ca.crt')] });
    const made = fetcher();
    expect(await made.complete(presented(leaf), set())).toEqual([]);
    const both = anchorSet([
      anchor(root, { issuersFrom: [host] }),
      { name: 'outsider', certificate: outsider.certificate, revocation: noRevocation },
    ]);
    expect(await made.complete(presented(leaf), both)).toEqual([]);
    expect(made.current).toEqual([]);
  });
});
