import { expect, it } from 'vitest';
import { unlessUnderWay } from './unless-under-way.ts';

it('a call is left out while the one before has not ended, also one that fails', async () => {
  const ends: ((fault?: Error) => void)[] = [];
  const call = unlessUnderWay(
    () => new Promise((resolve, reject) => ends.push((fault) => (fault ? reject(fault) : resolve()))),
  );
  const first = call();
  await call();
  expect(ends).toHaveLength(1);
  const failed = expect(first).rejects.toThrow('it hangs');
  ends[0]?.(new Error('it hangs'));
  await failed;
  const next = call();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await next;
});
