import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineQueue } from './deadline-queue.ts';

describe('DeadlineQueue', () => {
  it('gives everything out in the order of time, whatever the order it came in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 })), (times) => {
        const queue = new DeadlineQueue<number>();
        for (const time of times) queue.add(time, time);
        const out: number[] = [];
        for (let due = queue.takeDue(1_000); due !== undefined; due = queue.takeDue(1_000))
          out.push(due.item);
        expect(out).toEqual([...times].sort((a, b) => a - b));
      }),
    );
  });

  it('gives nothing out before its time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), fc.nat(100), (times, now) => {
        const queue = new DeadlineQueue<number>();
        for (const time of times) queue.add(time, time);
        let taken = 0;
        while (queue.takeDue(now) !== undefined) taken += 1;
        expect(taken).toBe(times.filter((time) => time <= now).length);
        expect(queue.size).toBe(times.length - taken);
      }),
    );
  });

  it('drops what is no longer wanted and keeps the order of the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), (times) => {
        const queue = new DeadlineQueue<number>();
        for (const time of times) queue.add(time, time);
        queue.keep((time) => time % 2 === 0);
        const out: number[] = [];
        for (let due = queue.takeDue(100); due !== undefined; due = queue.takeDue(100)) out.push(due.item);
        expect(out).toEqual(times.filter((time) => time % 2 === 0).sort((a, b) => a - b));
      }),
    );
  });
});
