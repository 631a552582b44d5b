import { openTopologyStore } from '@entente/authority';
import { administratorSetHash } from '@entente/topology';
import { createMemoryTopologyVersions, type TopologyVersions } from '@entente/topology/versions';
import { beforeEach, describe, expect, it } from 'vitest';
import { contoso, next, signed, signedUnchecked } from './contoso.ts';

const administrators = administratorSetHash(contoso.administrators);
const now = Date.parse('2026-01-15T13:00:00Z');
const withoutEdge = next(contoso, { servers: contoso.servers.slice(0, 3) });

let versions: TopologyVersions;
beforeEach(() => {
  versions = createMemoryTopologyVersions();
});

const place = (version: number): string => `version ${version} in memory`;
/** The same versions, one of them with another text: somebody has write access to the storage. */
const changed = (version: number, text: string): TopologyVersions => ({
  ...versions,
  read: async (number) => (number === version ? text : versions.read(number)),
});

const damaged = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' };

describe('the store of topologies', () => {
  it('keeps every version, and has the last one in force after a restart', async () => {
    const store = await openTopologyStore(versions, administrators);
    expect(store.current).toBeUndefined();
    expect(await store.publish(signed(contoso), now)).toMatchObject({ accepted: true, effect: 'first' });
    expect(await store.publish(signed(withoutEdge), now)).toMatchObject({
      accepted: true,
      effect: 'narrowing',
    });
    const again = await openTopologyStore(versions, administrators);
    expect(again.current?.topology.document.version).toBe(2);
    const text = async (version: number) => Buffer.from((await again.version(version)) ?? []).toString();
    expect(again.current?.text).toBe(await text(2));
    expect(await text(1)).toBe(await versions.read(1));
    expect(await again.version(3)).toBeUndefined();
  });

  it('has a version in memory once, however many ask for it, and few of them at a time', async () => {
    const store = await openTopologyStore(versions, administrators);
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
    const store = await openTopologyStore(versions, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(brief), now);
    expect((await openTopologyStore(versions, administrators)).current?.topology.document.version).toBe(2);
  });

  it('takes the document in force again without writing it', async () => {
    const store = await openTopologyStore(versions, administrators);
    await store.publish(signed(contoso), now);
    const text = store.current?.text;
    expect(await store.publish(signed(contoso), now)).toMatchObject({ accepted: true });
    expect(store.current?.text).toBe(text);
  });

  it('leaves the last good document in force where the next one cannot be stored, and takes it later', async () => {
    let full = true;
    const add: TopologyVersions['add'] = async (version, text) => {
      if (full && version > 1) throw new Error('disk full');
      return versions.add(version, text);
    };
    const store = await openTopologyStore({ ...versions, add }, administrators);
    await store.publish(signed(contoso), now);
    await expect(store.publish(signed(withoutEdge), now)).rejects.toThrow('disk full');
    expect(store.current?.topology.document.version).toBe(1);
    full = false;
    await store.publish(signed(withoutEdge), now);
    expect(store.current?.topology.document.version).toBe(2);
  });

  it('leaves the last good document in force when a new one is refused', async () => {
    const store = await openTopologyStore(versions, administrators);
    await store.publish(signed(contoso), now);
    const gap = next(withoutEdge);
    expect(await store.publish(signed(gap), now)).toMatchObject({ refusal: { reason: 'version-gap' } });
    expect(store.current?.topology.document.version).toBe(1);
  });

  it('does not publish what nothing enforces, however it was signed', async () => {
    const store = await openTopologyStore(versions, administrators);
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
    await (await openTopologyStore(versions, administrators)).publish(signed(contoso), now);
    const promising = next(contoso, { policies: { federation: { throttle: { messagesPerSecond: 5 } } } });
    const unknown = next(promising, { policies: { retired: true } as never });
    const newest = next(unknown, { policies: {} });
    for (const [version, document] of [promising, unknown, newest].entries())
      await versions.add(version + 2, signedUnchecked(document));
    const outdated: number[] = [];
    const store = await openTopologyStore(versions, administrators, ({ version }) => outdated.push(version));
    expect(store.current?.topology.document.version).toBe(4);
    expect(outdated).toEqual([2, 3]);
    expect(await store.publish(signed(next(newest, { title: 'Contoso' })), now)).toMatchObject({
      accepted: true,
    });
  });

  it('does not open where the newest version cannot be read, or one that cannot be read is not signed', async () => {
    await (await openTopologyStore(versions, administrators)).publish(signed(contoso), now);
    const unknown = next(contoso, { policies: { retired: true } as never });
    const before = await versions.read(1);
    await versions.add(2, signedUnchecked(unknown));
    await expect(openTopologyStore(versions, administrators)).rejects.toMatchObject({
      ...damaged,
      place: place(2),
    });
    versions = createMemoryTopologyVersions();
    await versions.add(1, before ?? '');
    await versions.add(2, signedUnchecked(unknown).replace('retired', 'retirex'));
    const newest = next({ ...unknown, policies: { retirex: true } as never }, { policies: {} });
    await versions.add(3, signed(newest));
    await expect(openTopologyStore(versions, administrators)).rejects.toMatchObject({
      ...damaged,
      place: place(2),
    });
  });

  it('does not open with other administrators than those of the first version', async () => {
    await (await openTopologyStore(versions, administrators)).publish(signed(contoso), now);
    await expect(openTopologyStore(versions, '00'.repeat(32))).rejects.toMatchObject(damaged);
  });

  it('does not open when a stored document was changed, and names the version', async () => {
    const store = await openTopologyStore(versions, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(withoutEdge), now);
    const text = (await versions.read(1)) ?? '';
    const other = changed(1, text.replace('edge02.', 'edge03.'));
    await expect(openTopologyStore(other, administrators)).rejects.toMatchObject({
      ...damaged,
      place: place(1),
    });
  });

  it('does not open when a version was exchanged for another', async () => {
    const store = await openTopologyStore(versions, administrators);
    await store.publish(signed(contoso), now);
    await store.publish(signed(withoutEdge), now);
    const other = changed(1, (await versions.read(2)) ?? '');
    await expect(openTopologyStore(other, administrators)).rejects.toMatchObject({
      ...damaged,
      place: place(1),
    });
  });
});
