import { describe, expect, it } from 'vitest';
import { Rest } from './target-pause.ts';

function failing(rest: Rest, times: number): void {
  for (let i = 0; i < times; i++) rest.failed();
}

/** Seconds until something is carried again. */
function secondsOf(rest: Rest): number {
  let seconds = 0;
  for (; rest.refuses(); seconds++) rest.tick();
  return seconds;
}

describe('a target to which requests lead to nothing', () => {
  it('rests at the 32nd time in a second, and not at fewer', () => {
    const rest = new Rest();
    failing(rest, 31);
    expect(rest.tick(), 'something to remember').toBe(false);
    failing(rest, 31);
    expect(rest.refuses()).toBe(false);
    rest.failed();
    expect(rest.refuses()).toBe(true);
  });

  it('rests twice as long each time that it goes on, to 16 s, whatever fails meanwhile', () => {
    const rest = new Rest();
    failing(rest, 32);
    const rests = [1, 2, 3, 4, 5, 6].map(() => {
      failing(rest, 1_000);
      const seconds = secondsOf(rest);
      failing(rest, 8);
      return seconds;
    });
    expect(rests).toEqual([1, 2, 4, 8, 16, 16]);
  });

  it('is carried eight requests a second after a rest, and all of them when that is forgotten', () => {
    const rest = new Rest();
    failing(rest, 32);
    secondsOf(rest);
    rest.tick();
    expect(rest.refuses()).toBe(false);
    failing(rest, 32);
    expect(secondsOf(rest)).toBe(1);
    // The look that ended the loop above was the first one carried.
    const refused = Array.from({ length: 20 }, () => rest.refuses());
    expect(refused.filter((one) => !one)).toHaveLength(7);
    let seconds = 0;
    while (rest.tick()) seconds++;
    expect(seconds).toBeLessThan(2);
    expect(Array.from({ length: 20 }, () => rest.refuses())).not.toContain(true);
  });
});
