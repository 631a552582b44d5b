import { issuerId } from '@entente/pki';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import {
  type Certificate,
  type CertificateList,
  decodeCrl,
  decodePem,
  decodePemCertificates,
} from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirroredObjects } from './mirrored-objects.ts';

const now = Date.now();

function certificatesIn(pem: string): readonly Certificate[] {
  const decoded = decodePemCertificates(pem);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

async function list(authority: TestAuthority, number: number): Promise<CertificateList> {
  const blocks = decodePem(await authority.crl([], { number, thisUpdate: now - 60_000 }));
  const decoded = blocks.ok && blocks.value[0] !== undefined ? decodeCrl(blocks.value[0].der) : undefined;
  if (decoded?.ok !== true) throw new Error('no list');
  return decoded.value;
}

describe('what an edge mirrors', () => {
  let ours: TestAuthority;
  let forger: TestAuthority;
  let root: Certificate;
  beforeAll(async () => {
    ours = await createTestAuthority('Contoso Root');
    forger = await createTestAuthority('Contoso Root');
    root = certificatesIn(ours.certificatePem)[0] as Certificate;
  });

  const mirror = (start: { lists?: readonly CertificateList[]; chains?: readonly string[] } = {}) => {
    const state = { lists: start.lists ?? [], chains: start.chains ?? [] };
    const handler = mirroredObjects({
      roots: () => [root],
      lists: () => state.lists,
      chains: () => state.chains,
      now: () => now,
    });
    const get = async (path: string) => handler(new Request(`http://access.contoso.example${path}`));
    const number = async () => {
      const response = await get(`/crl/${issuerId(root.publicKey.der)}/0.crl`);
      if (response.status !== 200) return response.status;
      const decoded = decodeCrl(new Uint8Array(await response.arrayBuffer()));
      return decoded.ok ? decoded.value.crlNumber : 'unreadable';
    };
    return { get, number, state };
  };

  it('serves a list only if the authority at that path has signed it', async () => {
    const { number, state } = mirror({ lists: [await list(forger, 9_999)] });
    expect(await number()).toBe(404);
    state.lists = [await list(forger, 9_999), await list(ours, 7)];
    expect(await number()).toBe(7n);
  });

  it('swaps a list between two requests, and says how old it is', async () => {
    const { get, number, state } = mirror({ lists: [await list(ours, 7)] });
    expect(await number()).toBe(7n);
    state.lists = [await list(ours, 8)];
    expect(await number()).toBe(8n);
    const { headers } = await get(`/crl/${issuerId(root.publicKey.der)}/0.crl`);
    expect(headers.get('etag')).toBe('"8"');
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    expect(headers.get('last-modified')).toBe(new Date(state.lists[0]?.thisUpdate ?? 0).toUTCString());
  });

  it('serves no certificate of a CA that is not ours, e.g. of a public one that certified our name', async () => {
    const [ownBelow, strange] = await Promise.all(
      [ours, forger].map((authority) =>
        authority.issue({ commonName: 'Issuing', ca: { pathLength: 0 }, usages: [] }),
      ),
    );
    const leaf = (await ours.issue({ dnsNames: ['access.contoso.example'] })).certificatePem;
    const { get } = mirror({
      chains: [`${leaf}${strange?.certificatePem}`, `${leaf}${ownBelow?.certificatePem}`],
    });
    const statusOf = async (pem = '') => {
      const [certificate] = certificatesIn(pem);
      return (await get(`/issuer/${issuerId((certificate as Certificate).publicKey.der)}.cer`)).status;
    };
    expect(await statusOf(ownBelow?.certificatePem)).toBe(200);
    expect(await statusOf(strange?.certificatePem)).toBe(404);
    expect(await statusOf(leaf)).toBe(404);
    expect(await statusOf(ours.certificatePem)).toBe(200);
  });

  it('prefers the chain that it shows outside: what it serves names no server inside', async () => {
    const [inside, outside] = await Promise.all(
      ['http://ca.contoso.example/0.crl', 'http://access.contoso.example/0.crl'].map((crlUrl) =>
        ours.issue({ commonName: 'Issuing', ca: { pathLength: 0 }, usages: [], crlUrl }),
      ),
    );
    const leaf = (await ours.issue({ dnsNames: ['access.contoso.example'] })).certificatePem;
    const { get } = mirror({
      chains: [`${leaf}${outside?.certificatePem}`, `${leaf}${inside?.certificatePem}`],
    });
    const first = new Uint8Array(await (await get('/issuer')).arrayBuffer());
    const [expected] = certificatesIn(outside?.certificatePem ?? '');
    expect(Buffer.from(first).equals(Buffer.from(expected?.der ?? []))).toBe(true);
  });
});
