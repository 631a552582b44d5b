import { StepClock } from '@entente/testkit';
import { expect, it } from 'vitest';
import { RunTime, storedEveryMs } from './run-time.ts';

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

it('stores for how long a server runs each minute and at its end, with what could not be stored before', async () => {
  const clock = new StepClock(0);
  const ran: number[] = [];
  const faults: unknown[] = [];
  let isFull = false;
  const time = new RunTime({
    clock,
    steadyNow: () => clock.now(),
    store: {
      async ran(ms) {
        if (isFull) throw new Error('full');
        ran.push(ms);
      },
    },
    onFault: (error) => faults.push(error),
  });
  clock.move(storedEveryMs);
  await drained();
  isFull = true;
  clock.move(storedEveryMs);
  await drained();
  isFull = false;
  expect([ran, faults.length]).toEqual([[60_000], 1]);
  clock.move(storedEveryMs);
  await drained();
  clock.move(5_000);
  await time.end();
  clock.move(5_000);
  await time.end();
  clock.move(storedEveryMs);
  await drained();
  expect(ran).toEqual([60_000, 120_000, 5_000]);
});
