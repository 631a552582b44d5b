import { type Locations, MemoryLocations } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { expiring } from './expiry.ts';

/** Seconds, and what is asked of a store in each. */
function start(more: Partial<Locations>) {
  const faults: unknown[] = [];
  const store: Locations = Object.assign(new MemoryLocations(), more);
  const tick = expiring(store, { clock: () => 7, onFault: (error) => void faults.push(error) });
  const seconds = (count: number) => {
    for (let second = 0; second < count; second++) tick();
  };
  return { faults, seconds };
}

describe('what has expired is forgotten by the store', () => {
  it('a part each second, and never a pass over everything', () => {
    const asked: (readonly [number, number])[] = [];
    const { seconds } = start({
      expireSome: (...given) => void asked.push(given),
      expire: () => expect.fail('everything at once'),
    });
    seconds(120);
    expect(asked).toHaveLength(120);
    expect(asked[0]?.[0]).toBe(7);
    expect(asked[0]?.[1]).toBeLessThan(10_000);
  });

  it('everything once a minute, where it can do no part', () => {
    let passes = 0;
    const { seconds } = start({
      expireSome: undefined as never,
      expire: () => ++passes,
    });
    seconds(59);
    expect(passes).toBe(0);
    seconds(61);
    expect(passes).toBe(2);
  });

  it('not begun again while it is under way, and what it fails of is told', async () => {
    let begun = 0;
    let fail = (_: Error) => {};
    const { faults, seconds } = start({
      expireSome() {
        begun++;
        return new Promise<void>((_, reject) => {
          fail = reject;
        });
      },
    });
    seconds(5);
    expect(begun).toBe(1);
    fail(new Error('away'));
    await expect.poll(() => faults.length).toBe(1);
    await expect
      .poll(() => {
        seconds(1);
        return begun;
      })
      .toBe(2);
    const thrown = start({
      expireSome() {
        throw new Error('broken');
      },
    });
    thrown.seconds(2);
    expect(thrown.faults).toHaveLength(2);
  });
});
