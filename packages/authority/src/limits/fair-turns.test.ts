import { describe, expect, it } from 'vitest';
import { FairTurns } from './fair-turns.ts';

function start(bounds: Partial<ConstructorParameters<typeof FairTurns>[0]> = {}) {
  const turns = new FairTurns({ each: 2, all: 3, waitingOfEach: 10, waiting: 100, ...bounds });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (caller: string, name: string) =>
    turns.take(caller, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  /** Ends what has begun first. */
  const end = async () => {
    ends.shift()?.();
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { ask, begun, end };
}

describe('turns', () => {
  it('are few at once for one caller, and few for all', async () => {
    const { ask, begun, end } = start();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void ask('a', name);
    expect(begun).toEqual(['a1', 'a2']);
    void ask('b', 'b1');
    void ask('c', 'c1');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    for (let index = 0; index < 6; index++) await end();
    expect(begun.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'c1']);
  });

  it('go round: a caller with much that waits is not before another with little', async () => {
    const { ask, begun, end } = start({ each: 1, all: 1 });
    for (const name of ['a1', 'a2', 'a3', 'a4']) void ask('a', name);
    void ask('b', 'b1');
    void ask('c', 'c1');
    for (let index = 0; index < 6; index++) await end();
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4']);
  });

  it('are refused where too much of one caller waits, or too much of all', () => {
    const { ask } = start({ each: 1, waitingOfEach: 2, waiting: 3 });
    expect(['a1', 'a2', 'a3', 'a4'].map((name) => ask('a', name) === undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(['b1', 'b2', 'b3'].map((name) => ask('b', name) === undefined)).toEqual([false, false, true]);
  });

  it('end with what was done, also where it fails', async () => {
    const turns = new FairTurns({ each: 1, all: 1, waitingOfEach: 1, waiting: 1 });
    const failing = turns.take('a', () => Promise.reject(new Error('failed')));
    const after = turns.take('a', async () => 7);
    await expect(failing).rejects.toThrow('failed');
    expect(await after).toBe(7);
  });
});
