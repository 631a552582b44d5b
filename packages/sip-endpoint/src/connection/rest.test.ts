import { describe, expect, it } from 'vitest';
import { Rest } from './rest.ts';

function goOn(rest: Rest): void {
  for (let i = 0; i < 64; i++) rest.failed();
}

/** Seconds until it is read from again. */
function secondsOf(rest: Rest): number {
  let seconds = 0;
  for (; rest.isResting; seconds++) rest.tick();
  return seconds;
}

describe('a client that asks in vain', () => {
  it('rests at the 64th time in a second, and not at fewer', () => {
    const rest = new Rest();
    for (let i = 0; i < 63; i++) rest.failed();
    rest.tick();
    for (let i = 0; i < 63; i++) expect(rest.failed()).toBe(false);
    expect(rest.failed()).toBe(true);
    expect(rest.failed(), 'it rests already').toBe(false);
  });

  it('rests twice as long each time that it goes on, to 16 s', () => {
    const rest = new Rest();
    const rests = [1, 2, 3, 4, 5, 6].map(() => {
      goOn(rest);
      return secondsOf(rest);
    });
    expect(rests).toEqual([1, 2, 4, 8, 16, 16]);
  });

  it('is on probation for a second after a short rest, and for five after the longest', () => {
    const rest = new Rest();
    const probation = (): number => {
      let seconds = 0;
      for (; rest.isOnProbation; seconds++) rest.tick();
      return seconds;
    };
    goOn(rest);
    secondsOf(rest);
    expect(probation()).toBe(1);
    for (let i = 0; i < 6; i++) {
      goOn(rest);
      secondsOf(rest);
    }
    expect(probation()).toBe(5);
  });
});
