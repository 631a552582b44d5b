import type { SipResponse } from '@entente/sip';
import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { watchCall } from './watch-call.ts';

const everyMs = 1_000;
/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A call whose other end answers as listed, then with the last of the list. */
function start(statuses: readonly (number | 'none')[]) {
  const clock = new StepClock(0);
  let asked = 0;
  let hungUp = 0;
  let end: (by: 'local') => void = () => {};
  const ended = new Promise<'local'>((resolve) => {
    end = resolve;
  });
  const call = {
    ended,
    async request() {
      const status = statuses[Math.min(asked++, statuses.length - 1)];
      if (status === 'none') throw new Error('no answer');
      return { status } as SipResponse;
    },
    async hangUp() {
      hungUp++;
      end('local');
      return { status: 200 } as SipResponse;
    },
  };
  watchCall(call, { clock, everyMs });
  return {
    clock,
    end: () => end('local'),
    /** Lets so many questions be asked. @returns how many were asked, and how often the call was hung up */
    async pass(questions: number) {
      for (let i = 0; i < questions; i++) {
        clock.move(everyMs);
        await drained();
      }
      return [asked, hungUp];
    },
  };
}

describe('a call of an application', () => {
  it.each([[[480]], [['none']], [[430, 'none', 404]]] as const)(
    'ends after three questions in a row without a sign of the other end: %s',
    async (statuses) => {
      const { pass } = start(statuses);
      expect(await pass(2)).toEqual([2, 0]);
      expect(await pass(5)).toEqual([3, 1]);
    },
  );

  it.each([200, 405, 501, 503])('goes on where the answer is %s', async (status) => {
    const { pass } = start([480, 480, status, 480, 480, status]);
    expect(await pass(9)).toEqual([9, 0]);
  });

  it('is asked nothing more once it has ended', async () => {
    const { clock, end, pass } = start([200]);
    expect(await pass(1)).toEqual([1, 0]);
    end();
    await drained();
    expect(clock.pending(everyMs)).toBe(0);
  });
});
