import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTopologyStore } from '@entente/authority';
import { administratorSetHash } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contoso, next, signed, signedUnchecked } from './contoso.ts';

const administrators = administratorSetHash(contoso.administrators);
const now = Date.parse('2026-01-15T13:00:00Z');
const withoutEdge = next(contoso, { servers: contoso.servers.slice(0, 3) });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-topologies-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (version: number): string => join(folder, 'topologies', `${version}.json`);

const damaged = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' };

describe('the store of topologies', () => {
  it('keeps every version, and has the last one in force after a restart', async () => {
    const store = await openTopologyStore(folder, administrators);
    expect(store.current).toBeUndefined();
    expect(await store.publish(signed(contoso), now)).toMatchObject({ accepted: true, effect: 'first' });
    expect(await store.publish(signed(withoutEdge), now)).toMatchObject({
      accepted: true,
      effect: 'narrowing',
    });
    const again = await openTopologyStore(folder, administrators);
    expect(again.current?.topology.document.version).toBe(2);
    const text = async (version: number) => Buffer.from((await again.version(version)) ?? []).toString();
    expect(again.current?.text).toBe(await text(2));
    expect(await text(1)).toBe(await readFile(file(1), 'utf8'));
    expect(await again.version(3)).toBeUndefined();
  });

  it('has a version in memory once, however many ask for it, and few of them at a time', async () => {
    const store = await openTopologyStore(folder, administrators);
    let last = contoso;
    await store.publish(signed(last), now);
    while (last.version < 7) {
      last = next(last);
      await store.publish(signed(last), now);
    }
    for (const version of [1, last.version]) {
      const [one, other] = await Promise.all([store.version(version), store.version(version)]);
      expect(one).toBe(other);
      expect(one).toBe(await store.version(version));
    }
    const first = await store.version(1);
    for (const version of [2, 3, 4, 5]) await store.version(version);
    const again = await store.version(1);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });

  it('opens a chain with a document that has expired since', async () => {
    const brief = next(contoso, { expires: '2026-01-15T14:00:00Z' });
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(brief), now);
    expect((await openTopologyStore(folder, administrators)).current?.topology.document.version).toBe(2);
  });

  it('takes the document in force again without writing it', async () => {
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    const text = store.current?.text;
    expect(await store.publish(signed(contoso), now)).toMatchObject({ accepted: true });
    expect(store.current?.text).toBe(text);
  });

  it('leaves the last good document in force when a new one is refused', async () => {
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    const gap = next(withoutEdge);
    expect(await store.publish(signed(gap), now)).toMatchObject({ refusal: { reason: 'version-gap' } });
    expect(store.current?.topology.document.version).toBe(1);
  });

  it('does not publish what nothing enforces, however it was signed', async () => {
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    const promising = next(contoso, { policies: { federation: { throttle: { messagesPerSecond: 5 } } } });
    expect(await store.publish(signedUnchecked(promising), now)).toMatchObject({
      accepted: false,
      refusal: {
        reason: 'invalid',
        message: expect.stringContaining('federation.throttle.messagesPerSecond: 5 would have no effect'),
        problems: [{ code: 'setting-not-enforced' }],
      },
    });
    expect(store.current?.topology.document.version).toBe(1);
  });

  it('opens a chain with settings that are refused today, and says which', async () => {
    await (await openTopologyStore(folder, administrators)).publish(signed(contoso), now);
    const promising = next(contoso, { policies: { federation: { throttle: { messagesPerSecond: 5 } } } });
    const unknown = next(promising, { policies: { retired: true } as never });
    const newest = next(unknown, { policies: {} });
    for (const [version, document] of [promising, unknown, newest].entries())
      await writeFile(file(version + 2), signedUnchecked(document));
    const outdated: number[] = [];
    const store = await openTopologyStore(folder, administrators, ({ version }) => outdated.push(version));
    expect(store.current?.topology.document.version).toBe(4);
    expect(outdated).toEqual([2, 3]);
    expect(await store.publish(signed(next(newest, { title: 'Contoso' })), now)).toMatchObject({
      accepted: true,
    });
  });

  it('does not open where the newest version cannot be read, or one that cannot be read is not signed', async () => {
    await (await openTopologyStore(folder, administrators)).publish(signed(contoso), now);
    const unknown = next(contoso, { policies: { retired: true } as never });
    await writeFile(file(2), signedUnchecked(unknown));
    await expect(openTopologyStore(folder, administrators)).rejects.toMatchObject({
      ...damaged,
      place: file(2),
    });
    await writeFile(file(2), signedUnchecked(unknown).replace('retired', 'retirex'));
    await writeFile(
      file(3),
      signed(next({ ...unknown, policies: { retirex: true } as never }, { policies: {} })),
    );
    await expect(openTopologyStore(folder, administrators)).rejects.toMatchObject({
      ...damaged,
      place: file(2),
    });
  });

  it('does not open with other administrators than those of the first version', async () => {
    await (await openTopologyStore(folder, administrators)).publish(signed(contoso), now);
    await expect(openTopologyStore(folder, '00'.repeat(32))).rejects.toMatchObject(damaged);
  });

  it('does not open when a stored document was changed, and names the file', async () => {
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(withoutEdge), now);
    const text = await readFile(file(1), 'utf8');
    await writeFile(file(1), text.replace('edge02.', 'edge03.'));
    await expect(openTopologyStore(folder, administrators)).rejects.toMatchObject({
      ...damaged,
      place: file(1),
    });
  });

  it('does not open when a version was exchanged for another', async () => {
    const store = await openTopologyStore(folder, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(withoutEdge), now);
    await rename(file(2), file(1));
    await expect(openTopologyStore(folder, administrators)).rejects.toMatchObject({
      ...damaged,
      place: file(1),
    });
  });
});
