import { describe, expect, it } from 'vitest';
import { DialogShare } from './dialog-share.ts';

function shareThat() {
  const share = new DialogShare();
  let now = 10_000;
  return {
    pass: (ms: number) => {
      now += ms;
    },
    begin: (calls: number) => {
      for (let i = 0; i < calls; i++) share.begin();
    },
    /** @returns what the last one is told */
    take: (count: number) => {
      let ms = 0;
      for (let i = 0; i < count; i++) ms = share.take(now);
      return ms;
    },
  };
}

describe('what a peer sends in dialogs', () => {
  it('is read at once up to 512, as when many calls end together, and then held up', () => {
    const { take } = shareThat();
    expect([take(512), take(1)]).toEqual([0, 100]);
  });

  it('is read without end where it is 256 a second', () => {
    const { pass, take } = shareThat();
    const held: number[] = [];
    for (let tenth = 0; tenth < 600; tenth++) {
      held.push(take(25));
      pass(100);
    }
    expect(Math.max(...held)).toBe(0);
  });

  it('is held up for as long as what came beyond that takes, over all connections, and 16 seconds at most', () => {
    const { pass, take } = shareThat();
    expect(take(512 + 256)).toBe(1_000);
    pass(1_000);
    expect(take(128)).toBe(500);
    expect(take(1_000_000)).toBe(16_000);
  });

  it('is read where it ends as many calls as were begun, however many that is', () => {
    const { begin, pass, take } = shareThat();
    const held: number[] = [];
    for (let i = 0; i < 100; i++) {
      begin(100);
      held.push(take(400));
      pass(1);
    }
    expect(Math.max(...held)).toBe(0);
    expect(take(512 + 2_048 + 1)).toBeGreaterThan(0);
  });

  it('owes nothing for calls beyond what is remembered of them', () => {
    const { begin, take } = shareThat();
    begin(1_000_000);
    expect([take(512 + 2_048), take(1)]).toEqual([0, 100]);
  });
});
