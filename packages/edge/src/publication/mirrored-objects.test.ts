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

  const listPath = () => `/crl/${issuerId(root.publicKey.der)}/0.crl`;
  const mirror = (start: { lists?: readonly CertificateList[]; chains?: readonly string[] } = {}) => {
    const state = { lists: start.lists ?? [], chains: start.chains ?? [] };
    const find = mirroredObjects({
      roots: () => [root],
      lists: () => state.lists,
      chains: () => state.chains,
      now: () => now,
    });
    const number = () => {
      const body = find(listPath())?.body;
      const decoded = body === undefined ? undefined : decodeCrl(body as Uint8Array);
      return decoded?.ok === true ? decoded.value.crlNumber : undefined;
    };
    return { find, number, state };
  };

  it('serves a list only if the authority at that path has signed it', async () => {
    const { number, state } = mirror({ lists: [await list(forger, 9_999)] });
    expect(number()).toBeUndefined();
    state.lists = [await list(forger, 9_999), await list(ours, 7)];
    expect(number()).toBe(7n);
  });

  it('swaps a list between two requests, and says how old it is', async () => {
    const { find, number, state } = mirror({ lists: [await list(ours, 7)] });
    expect(number()).toBe(7n);
    state.lists = [await list(ours, 8)];
    expect(number()).toBe(8n);
    expect(find(listPath())).toMatchObject({
      tag: '8',
      maxAgeSeconds: 60,
      lastModified: state.lists[0]?.thisUpdate,
    });
  });

  it('serves the list of an issuing authority after our own certificate is by the next one, while it has a list', async () => {
    const [first, second] = await Promise.all(
      ['Issuing 1', 'Issuing 2'].map((name) => ours.subordinate(name)),
    );
    const leaf = (await ours.issue({ dnsNames: ['access.contoso.example'] })).certificatePem;
    const chain = (issuing = first) => `${leaf}${issuing?.certificatePem}`;
    const [certificate] = certificatesIn(first?.certificatePem ?? '');
    const path = `/crl/${issuerId((certificate as Certificate).publicKey.der)}/0.crl`;
    const old = await list(first as TestAuthority, 3);
    const { find, state } = mirror({ lists: [old], chains: [chain()] });
    expect(find(path)?.tag).toBe('3');
    state.chains = [chain(second)];
    expect(find(path)?.tag, 'partners still have connections that it judges').toBe('3');
    state.lists = [await list(first as TestAuthority, 4)];
    expect(find(path)?.tag).toBe('4');
    state.lists = [];
    expect(find(path), 'retired').toBeUndefined();
  });

  it('serves no certificate of a CA that is not ours, e.g. of a public one that certified our name', async () => {
    const [ownBelow, strange] = await Promise.all(
      [ours, forger].map((authority) =>
        authority.issue({ commonName: 'Issuing', ca: { pathLength: 0 }, usages: [] }),
      ),
    );
    const leaf = (await ours.issue({ dnsNames: ['access.contoso.example'] })).certificatePem;
    const { find } = mirror({
      chains: [`${leaf}${strange?.certificatePem}`, `${leaf}${ownBelow?.certificatePem}`],
    });
    const served = (pem = '') => {
      const [certificate] = certificatesIn(pem);
      return find(`/issuer/${issuerId((certificate as Certificate).publicKey.der)}.cer`) !== undefined;
    };
    expect(served(ownBelow?.certificatePem)).toBe(true);
    expect(served(strange?.certificatePem)).toBe(false);
    expect(served(leaf)).toBe(false);
    expect(served(ours.certificatePem)).toBe(true);
  });

  it('prefers the chain that it shows outside: what it serves names no server inside', async () => {
    const [inside, outside] = await Promise.all(
      ['http://ca.contoso.example/0.crl', 'http://access.contoso.example/0.crl'].map((crlUrl) =>
        ours.issue({ commonName: 'Issuing', ca: { pathLength: 0 }, usages: [], crlUrl }),
      ),
    );
    const leaf = (await ours.issue({ dnsNames: ['access.contoso.example'] })).certificatePem;
    const { find } = mirror({
      chains: [`${leaf}${outside?.certificatePem}`, `${leaf}${inside?.certificatePem}`],
    });
    const [expected] = certificatesIn(outside?.certificatePem ?? '');
    expect(Buffer.from(find('/issuer')?.body ?? []).equals(Buffer.from(expected?.der ?? []))).toBe(true);
  });
});
