import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import type { RevocationKnowledge } from '@entente/trust';
import { type Certificate, decodePem, decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CurrentStore } from '../src/current-store.ts';
import { OwnLists } from '../src/own-lists.ts';

const name = 'Contoso Root';

async function listOf(authority: TestAuthority, number: number): Promise<Uint8Array> {
  const blocks = decodePem(await authority.crl([], { number }));
  if (!blocks.ok || blocks.value[0] === undefined) throw new Error('no list');
  return blocks.value[0].der;
}

describe('the lists of our own authorities', () => {
  let ours: TestAuthority;
  let forger: TestAuthority;
  let root: Certificate;
  let served: Uint8Array;
  let chainPem: string;
  let written: Map<string, string>;
  const server = createServer((_request, response) => response.end(served));

  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    [ours, forger] = [await createTestAuthority(name), await createTestAuthority(name)];
    const decoded = decodePemCertificates(ours.certificatePem);
    if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no root');
    root = decoded.value[0];
    const crlUrl = `http://ca.contoso.example:${(server.address() as AddressInfo).port}/0.crl`;
    const leaf = await ours.issue({ dnsNames: ['fe1.contoso.example'], crlUrl });
    chainPem = leaf.chainPem;
    written = new Map();
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const open = () => {
    const store = new CurrentStore<RevocationKnowledge>({ crls: [] });
    const lists = new OwnLists({
      chainPem: () => chainPem,
      roots: () => [root],
      addresses: new Map([['ca.contoso.example', '127.0.0.1']]),
      files: {
        read: async (file) => written.get(file),
        write: async (file, text) => void written.set(file, text),
      },
      store,
      log: { info() {}, warn() {} },
    });
    const numbers = () => store.current.crls.map(({ crlNumber }) => Number(crlNumber));
    const fetched = async (bytes: Uint8Array) => {
      served = bytes;
      await lists.refresh(AbortSignal.timeout(5_000));
      return numbers();
    };
    return { fetched, lists, numbers, store };
  };

  it('let nothing in that our authority has not signed, whatever number it carries', async () => {
    const { fetched, store } = open();
    expect(await fetched(await listOf(forger, 9_999))).toEqual([]);
    const good = await listOf(ours, 7);
    expect(await fetched(good)).toEqual([7]);
    expect(await fetched(await listOf(forger, 9_999))).toEqual([7]);
    expect(Buffer.from(store.current.crls[0]?.der ?? []).equals(Buffer.from(good))).toBe(true);
  });

  it('never go back to an older number', async () => {
    const { fetched } = open();
    expect(await fetched(await listOf(ours, 7))).toEqual([7]);
    expect(await fetched(await listOf(ours, 6))).toEqual([7]);
    expect(await fetched(await listOf(ours, 8))).toEqual([8]);
  });

  it('are there after a restart without the authority, and are checked again', async () => {
    const first = open();
    await first.fetched(await listOf(ours, 7));
    const again = open();
    await again.lists.restore();
    expect(again.numbers()).toEqual([7]);
    written.set('lists', await forger.crl([], { number: 9_999 }));
    const forged = open();
    await forged.lists.restore();
    expect(forged.numbers()).toEqual([]);
  });
});
