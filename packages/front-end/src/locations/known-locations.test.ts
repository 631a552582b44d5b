import {
  type Binding,
  type LocationChange,
  LocationsUnavailableError,
  MemoryLocations,
} from '@entente/sip-proxy/locations';
import { locationsCompliance } from '@entente/sip-proxy/locations/compliance';
import { describe, expect, it } from 'vitest';
import { type DistantLocations, KnownLocations } from './known-locations.ts';

const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example'];
const binding = (fields: Partial<Binding> = {}): Binding => ({
  aor: alice,
  uri: 'sip:alice@192.0.2.1',
  q: 1,
  expiresAt: 9_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: 0,
  ...fields,
});

/** A store in memory that can be away. */
class AwayStore implements DistantLocations {
  readonly memory = new MemoryLocations();
  isAway = false;
  /** It answers, and can remove nothing. */
  isFull = false;
  /** Users and connections that it cannot remove, and each that it was asked to. */
  readonly stuck = new Set<string>();
  readonly tried: string[] = [];
  #removed(which: string, remove: () => number): Promise<number> {
    this.tried.push(which);
    return this.#asked(remove, this.isFull || this.stuck.has(which));
  }
  #asked<T>(answer: () => T, isRefused = false): Promise<T> {
    const parts = { sentence: 'away', place: 'here', remedy: 'wait' };
    return this.isAway || isRefused
      ? Promise.reject(new LocationsUnavailableError(parts))
      : Promise.resolve(answer());
  }
  lookup = (aor: string, now: number) => this.#asked(() => this.memory.lookup(aor, now));
  update = <R>(aor: string, now: number, decide: (current: readonly Binding[]) => LocationChange<R>) =>
    this.#asked(() => this.memory.update(aor, now, decide));
  removeFlow = (flow: string) => this.#removed(flow, () => this.memory.removeFlow(flow));
  removeUser = (aor: string, isMeant?: (binding: Binding) => boolean) =>
    this.#removed(aor, () => this.memory.removeUser(aor, isMeant));
  expire = (now: number) => this.#asked(() => this.memory.expire(now));
}

function open(maxKnown?: number) {
  const store = new AwayStore();
  const time = { now: 5 };
  const known = new KnownLocations(store, {
    clock: () => time.now,
    ...(maxKnown === undefined ? {} : { maxKnown }),
  });
  const put = (...bindings: readonly Binding[]) =>
    known.update(bindings[0]?.aor ?? alice, 0, () => ({ bindings, result: 'kept' }));
  const found = async (aor = alice, now = 0) => (await known.lookup(aor, now)).map(({ uri }) => uri);
  return { store, known, put, found, time };
}

describe('a store and what is known of it', () => {
  for (const { run, title } of locationsCompliance({ setup: () => open().known }))
    it(`is as the store alone while it answers: ${title}`, run);

  it('finds users where they were while the store is away, until that has expired, and keeps no change', async () => {
    const { found, put, store } = open();
    await put(binding());
    store.isAway = true;
    expect(await found()).toEqual(['sip:alice@192.0.2.1']);
    expect(await found(alice, 9_000)).toEqual([]);
    await expect(found(bob), 'of whom nothing is known').rejects.toThrow('away');
    await expect(put(binding({ uri: 'sip:alice@192.0.2.2' }))).rejects.toThrow('away');
    expect(await found()).toEqual(['sip:alice@192.0.2.1']);
  });

  it('lets the store have the last word once it is back', async () => {
    const { found, put, store } = open();
    await put(binding());
    store.memory.removeUser(alice);
    store.isAway = true;
    expect(await found()).toHaveLength(1);
    store.isAway = false;
    expect(await found()).toEqual([]);
    store.isAway = true;
    expect(await found()).toEqual([]);
  });

  it('finds no more what was to be removed while the store was away, and removes it when the store is back', async () => {
    const { found, known, put, store, time } = open();
    await put(binding({ flow: 'f1' }), binding({ uri: 'sip:alice@192.0.2.2' }));
    await put(binding({ aor: bob, uri: 'sip:bob@192.0.2.3', account: '1.a' }));
    store.isAway = true;
    await expect(known.removeFlow('f1')).rejects.toThrow('away');
    await expect(known.removeUser(bob, ({ account }) => account === '1.a')).rejects.toThrow('away');
    expect([await found(), await found(bob)]).toEqual([['sip:alice@192.0.2.2'], []]);
    Object.assign(store, { isAway: false, isFull: true });
    expect([await found(), await found(bob)], 'also before it has gone there').toEqual([
      ['sip:alice@192.0.2.2'],
      [],
    ]);
    store.isFull = false;
    time.now += 60_000;
    await found();
    await expect
      .poll(() => [store.memory.lookup(alice, 0).length, store.memory.lookup(bob, 0).length])
      .toEqual([1, 0]);
  });

  it('removes what it can when the store is back, and tries what it cannot remove again a minute later, after all the rest', async () => {
    const { found, known, store, time } = open();
    const [flows, users] = [
      ['f1', 'f2', 'f3', 'f4'],
      [alice, bob, 'carol@contoso.example', 'dave@contoso.example'],
    ];
    store.isAway = true;
    for (const flow of flows) await expect(known.removeFlow(flow)).rejects.toThrow('away');
    for (const user of users) await expect(known.removeUser(user)).rejects.toThrow('away');
    store.isAway = false;
    for (const one of [alice, 'f1', 'f2']) store.stuck.add(one);
    const tries = async (expected: readonly string[]) => {
      store.tried.length = 0;
      for (let i = 0; i < 3; i++) {
        await found();
        await expect.poll(() => store.tried).toEqual(expected);
      }
    };
    await tries([...users, 'f1', 'f2']);
    time.now += 59_999;
    await tries([]);
    time.now += 1;
    await tries([alice, 'f3', 'f4', 'f1', 'f2']);
    store.stuck.clear();
    time.now += 60_000;
    await tries([alice, 'f1', 'f2']);
    time.now += 60_000;
    await tries([]);
  });

  it('leaves what was registered after a removal that could not be made', async () => {
    const { found, known, put, store } = open();
    await put(binding());
    store.isAway = true;
    await expect(known.removeUser(alice)).rejects.toThrow('away');
    store.memory.update(alice, 0, () => ({
      bindings: [binding(), binding({ uri: 'sip:alice@192.0.2.9', updatedAt: 6 })],
      result: 0,
    }));
    store.isAway = false;
    expect(await found()).toEqual(['sip:alice@192.0.2.9']);
    await expect.poll(() => store.memory.lookup(alice, 0)).toHaveLength(1);
  });

  it('knows no more users than it may, and forgets first who was asked for least recently', async () => {
    const { found, put, store } = open(2);
    const aors = [alice, bob, 'carol@contoso.example'];
    for (const aor of aors) await put(binding({ aor }));
    store.isAway = true;
    await expect(found(alice)).rejects.toThrow('away');
    expect([await found(bob), await found(aors[2])]).toEqual([[binding().uri], [binding().uri]]);
  });
});
