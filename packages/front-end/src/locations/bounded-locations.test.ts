import {
  type Binding,
  isLocationsUnavailable,
  type Locations,
  MemoryLocations,
} from '@entente/sip-proxy/locations';
import { locationsCompliance } from '@entente/sip-proxy/locations/compliance';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { boundedLocations } from './bounded-locations.ts';

const alice = 'alice@contoso.example';
const binding: Binding = {
  aor: alice,
  uri: 'sip:alice@192.0.2.1',
  q: 1,
  expiresAt: 9_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: 0,
};

describe('a store of a plugin', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  for (const { run, title } of locationsCompliance({
    setup: () => boundedLocations(new MemoryLocations(), 'alpha'),
  }))
    it(`is as without bounds where it keeps the rules: ${title}`, async () => {
      vi.useRealTimers();
      await run();
    });

  const asked = (answer: () => never) =>
    boundedLocations({ ...({} as Locations), lookup: answer, update: answer, removeFlow: answer }, 'alpha');

  it('that throws at once says so as one that answers later: nobody who asks it is thrown at', async () => {
    const store = asked(() => {
      throw new Error('no such table');
    });
    const outcome = store.lookup(alice, 0);
    await expect(outcome).rejects.toThrow('no such table');
  });

  it('that throws whatever it likes is not available, at once or later', async () => {
    for (const thrown of [new TypeError('no such table'), 'text', undefined]) {
      const now = asked(() => {
        throw thrown;
      });
      const later = asked((async () => {
        throw thrown;
      }) as () => never);
      for (const method of ['lookup', 'removeFlow'] as const) {
        const outcomes = [now, later].map(async (store) => store[method](alice, 0));
        for (const one of await Promise.allSettled(outcomes))
          expect(one.status === 'rejected' && isLocationsUnavailable(one.reason)).toBe(true);
      }
    }
  });

  it('that hangs costs two seconds, and nothing once 1,000 calls wait for it', async () => {
    const store = asked((() => new Promise(() => {})) as () => never);
    const waiting = Promise.allSettled(Array.from({ length: 1_000 }, () => store.lookup(alice, 0)));
    await expect(store.lookup(alice, 0)).rejects.toThrow('it has too much to answer');
    await vi.advanceTimersByTimeAsync(2_000);
    const outcomes = await waiting;
    expect(outcomes.every((one) => one.status === 'rejected' && isLocationsUnavailable(one.reason))).toBe(
      true,
    );
    expect(store.lookup(alice, 0), 'and it is asked again').toBeInstanceOf(Promise);
  });

  it('that decides when its time is over changes nothing: the client was told so', async () => {
    const memory = new MemoryLocations();
    let go = () => {};
    const slow: Locations = Object.assign(Object.create(memory) as Locations, {
      lookup: (aor: string, now: number) => memory.lookup(aor, now),
      async update(aor: string, now: number, decide: never) {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return memory.update(aor, now, decide);
      },
    });
    const change = boundedLocations(slow, 'alpha').update(alice, 0, () => ({
      bindings: [binding],
      result: 1,
    }));
    const outcome = expect(change).rejects.toThrow('no answer within 2000 ms');
    await vi.advanceTimersByTimeAsync(2_000);
    await outcome;
    go();
    await vi.advanceTimersByTimeAsync(0);
    expect(memory.lookup(alice, 0)).toEqual([]);
  });

  it('is not blamed for what our own decision throws', async () => {
    const mine = new Error('mine');
    const store = boundedLocations(new MemoryLocations(), 'alpha');
    const change = () =>
      store.update(alice, 0, () => {
        throw mine;
      });
    await expect(change()).rejects.toBe(mine);
  });
});
