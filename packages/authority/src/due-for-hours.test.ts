import { describe, expect, it } from 'vitest';
import { HoursOfLooks, hoursOfLooksMs } from './due-for-hours.ts';

const start = Date.UTC(2026, 5, 1);
const tick = 15_000;
const year = 31_536_000_000;
const due = new Set([1]);
const none = new Set<number>();

describe('what is due', () => {
  it('has waited once it was due at every look for six hours', () => {
    const wait = new HoursOfLooks<number>();
    let now = start;
    expect(hoursOfLooksMs).toBe(6 * 3_600_000);
    for (; now < start + hoursOfLooksMs; now += tick) {
      expect(wait.remaining(1)).toBe(Math.min(hoursOfLooksMs, start + hoursOfLooksMs - now + tick));
      expect(wait.look(due, now)).toEqual(none);
    }
    expect(wait.look(due, now)).toEqual(due);
    expect([wait.remaining(1), wait.remaining(2)]).toEqual([0, hoursOfLooksMs]);
    expect(wait.look(new Set([1, 2]), now + tick), 'another one waits for itself').toEqual(due);
  });

  it('waits for as long as is wanted', () => {
    const wait = new HoursOfLooks<number>(2 * tick);
    for (const passed of [0, tick]) expect(wait.look(due, start + passed)).toEqual(none);
    expect(wait.remaining(1)).toBe(tick);
    expect(wait.look(due, start + 2 * tick)).toEqual(due);
  });

  it('begins from the beginning where it was not due at one look', () => {
    const wait = new HoursOfLooks<number>();
    let now = start;
    for (; now < start + hoursOfLooksMs; now += tick) wait.look(due, now);
    wait.look(none, now);
    expect(wait.look(due, now + tick)).toEqual(none);
    expect(wait.look(due, now + 2 * tick)).toEqual(none);
  });

  it('has not waited because a clock jumps ahead, however far, nor because it goes ahead and back', () => {
    const wait = new HoursOfLooks<number>();
    expect(wait.look(due, start)).toEqual(none);
    for (let jump = 1; jump <= 20; jump++)
      expect(wait.look(due, start + jump * year), `${jump}`).toEqual(none);
    expect(wait.look(due, start)).toEqual(none);
    expect(wait.look(due, start + tick)).toEqual(none);
  });
});
