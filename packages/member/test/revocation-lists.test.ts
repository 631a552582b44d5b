import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import {
  type Certificate,
  decodePem,
  decodePemCertificates,
  deltaCrlIndicatorExtension,
  type Extension,
  issuingDistributionPointExtension,
} from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RevocationLists, restoreLists } from '../src/follow/revocation-lists.ts';
import { DomainState } from '../src/state/domain-state.ts';
import { TestClock, topologyOf } from './sample-domain.ts';

const name = 'Contoso Root';

async function listOf(
  authority: TestAuthority,
  number: number,
  ...extensions: readonly Extension[]
): Promise<Uint8Array> {
  const blocks = decodePem(await authority.crl([], { number, extensions }));
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
  const server = createServer((request, response) => {
    if (request.url === '/gone') response.writeHead(404).end();
    // The first byte, and never the rest.
    else if (request.url === '/drip') response.writeHead(200).write(served.subarray(0, 1));
    else response.end(served);
  });

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
  afterEach(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );

  const log = createTestLog();
  const open = async ({ roots = [root], ...more }: { roots?: Certificate[]; timeoutMs?: number } = {}) => {
    const restored = await restoreLists({
      chainPem,
      roots,
      files: { read: async (file) => written.get(file) },
      log,
    });
    const state = new DomainState({
      topology: topologyOf(),
      roots,
      lists: restored,
      lastKnown: {},
      clock: new TestClock(Date.now()),
      onFault: () => {},
    });
    const lists = new RevocationLists({
      chainPem: () => chainPem,
      addresses: new Map([['ca.contoso.example', '127.0.0.1']]),
      files: { write: async (file, text) => void written.set(file, text) },
      state,
      log,
      ...more,
    });
    const numbers = () => state.lists.map(({ crlNumber }) => Number(crlNumber));
    const fetched = async (bytes: Uint8Array) => {
      served = bytes;
      await lists.refresh(AbortSignal.timeout(5_000));
      return numbers();
    };
    return { fetched, numbers, state };
  };

  it('let nothing in that our authority has not signed, whatever number it carries', async () => {
    const { fetched, state } = await open();
    expect(await fetched(await listOf(forger, 9_999))).toEqual([]);
    const good = await listOf(ours, 7);
    expect(await fetched(good)).toEqual([7]);
    expect(await fetched(await listOf(forger, 9_999))).toEqual([7]);
    expect(Buffer.from(state.lists[0]?.der ?? []).equals(Buffer.from(good))).toBe(true);
  });

  it('never go back to an older number', async () => {
    const { fetched } = await open();
    expect(await fetched(await listOf(ours, 7))).toEqual([7]);
    expect(await fetched(await listOf(ours, 6))).toEqual([7]);
    expect(await fetched(await listOf(ours, 8))).toEqual([8]);
  });

  it('never give way to a delta, which says less', async () => {
    const { fetched } = await open();
    expect(await fetched(await listOf(ours, 7))).toEqual([7]);
    expect(await fetched(await listOf(ours, 8, deltaCrlIndicatorExtension(7)))).toEqual([7]);
  });

  it('never give way to one that covers other certificates: it must name the place where it was fetched', async () => {
    const { port } = server.address() as AddressInfo;
    const covers = (shard: number) =>
      issuingDistributionPointExtension({
        name: {
          type: 'full',
          names: [{ type: 'uri', value: `http://ca.contoso.example:${port}/${shard}.crl` }],
        },
      });
    const { fetched } = await open();
    expect(await fetched(await listOf(ours, 7))).toEqual([7]);
    expect(await fetched(await listOf(ours, 8, covers(1)))).toEqual([7]);
    expect(await fetched(await listOf(ours, 6, covers(0)))).toEqual([7, 6]);
    expect(await fetched(await listOf(ours, 8, covers(0)))).toEqual([7, 8]);
  });

  it('stand beside each other where one name has two keys, as while a root is replaced', async () => {
    const next = decodePemCertificates(forger.certificatePem);
    if (!next.ok || next.value[0] === undefined) throw new Error('no root');
    const { fetched } = await open({ roots: [root, next.value[0]] });
    expect(await fetched(await listOf(ours, 700))).toEqual([700]);
    expect(await fetched(await listOf(forger, 1))).toEqual([700, 1]);
  });

  it('stay as they are where what comes is cut off, is none, or does not come', async () => {
    const { fetched, numbers } = await open();
    await fetched(await listOf(ours, 7));
    const next = await listOf(ours, 8);
    for (const bytes of [next.subarray(0, next.length - 1), next.subarray(0, 1), Buffer.from('<html>')]) {
      await expect(fetched(bytes)).rejects.toThrow(/not a revocation list/);
      expect(numbers()).toEqual([7]);
    }
    const longer = Buffer.concat([next, Buffer.from([0])]);
    await expect(fetched(longer)).rejects.toThrow(/not a revocation list/);
    await expect(fetched(Buffer.alloc(0))).rejects.toThrow(/not a revocation list/);
    expect(numbers()).toEqual([7]);
    expect(await fetched(next)).toEqual([8]);
  });

  it('are taken in even where another of them cannot be had', async () => {
    const { port } = server.address() as AddressInfo;
    const crlUrl = ['/gone', '/0.crl'].map((path) => `http://ca.contoso.example:${port}${path}`);
    chainPem = (await ours.issue({ dnsNames: ['fe1.contoso.example'], crlUrl })).chainPem;
    const { fetched, numbers } = await open();
    await expect(fetched(await listOf(ours, 7))).rejects.toThrow(/404/);
    expect(numbers()).toEqual([7]);
  });

  it('hold nothing up for longer than their time, however slowly they come', async () => {
    const { port } = server.address() as AddressInfo;
    const crlUrl = `http://ca.contoso.example:${port}/drip`;
    chainPem = (await ours.issue({ dnsNames: ['fe1.contoso.example'], crlUrl })).chainPem;
    const { fetched } = await open({ timeoutMs: 50 });
    await expect(fetched(await listOf(ours, 7))).rejects.toThrow('/drip: cancelled by the caller');
  });

  it('start without the file of an earlier run where it is damaged', async () => {
    const first = await open();
    await first.fetched(await listOf(ours, 7));
    const whole = written.get('lists') as string;
    written.set('lists', whole.slice(0, whole.length / 2));
    const cut = await open();
    expect(cut.numbers()).toEqual([]);
    expect(await cut.fetched(await listOf(ours, 8))).toEqual([8]);
  });

  it('are there after a restart without the authority, and are checked again', async () => {
    const first = await open();
    await first.fetched(await listOf(ours, 7));
    const again = await open();
    expect(again.numbers()).toEqual([7]);
    written.set('lists', await forger.crl([], { number: 9_999 }));
    const forged = await open();
    expect(forged.numbers()).toEqual([]);
  });
});
