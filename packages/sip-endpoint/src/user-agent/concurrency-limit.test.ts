import { describe, expect, it } from 'vitest';
import { Turns } from './concurrency-limit.ts';

/** Takes turns, and notes in which order they begin. */
function taker(turns: Turns) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    take(name: string, size = 0, signal?: AbortSignal): Promise<void> {
      return turns.take(size, signal).then((end) => {
        begun.push(name);
        ends.set(name, end);
      });
    },
    async end(...names: readonly string[]) {
      for (const name of names) ends.get(name)?.();
      await Promise.resolve();
    },
  };
}

describe('turns', () => {
  it('are taken by so many at once; the rest waits in the order in which it came', async () => {
    const turns = new Turns(2);
    const { begun, end, take } = taker(turns);
    const all = ['a', 'b', 'c', 'd'].map((name) => take(name));
    await Promise.all(all.slice(0, 2));
    expect([begun, turns.waiting]).toEqual([['a', 'b'], 2]);
    await end('b', 'b');
    await all[2];
    expect([begun, turns.waiting]).toEqual([['a', 'b', 'c'], 1]);
    await end('a', 'c');
    await Promise.all(all);
    expect([begun, turns.waiting]).toEqual([['a', 'b', 'c', 'd'], 0]);
  });

  it('are taken by so much in size at once, and by one that is larger alone: what came later does not pass it', async () => {
    const turns = new Turns(10, 100);
    const { begun, end, take } = taker(turns);
    const all = [take('a', 60), take('large', 500), take('c', 1), take('d', 1)];
    await all[0];
    expect(turns.waiting).toBe(3);
    await end('a');
    await all[1];
    expect([begun, turns.waiting]).toEqual([['a', 'large'], 2]);
    await end('large');
    await Promise.all(all);
    expect(begun).toEqual(['a', 'large', 'c', 'd']);
  });

  it('are waited for no longer than the signal lets it, and those behind go on', async () => {
    const turns = new Turns(10, 100);
    const { begun, take } = taker(turns);
    const givenUp = new AbortController();
    await take('a', 60);
    const large = take('large', 500, givenUp.signal);
    const small = take('small', 40);
    givenUp.abort(new Error('no more'));
    await expect(large).rejects.toThrow('no more');
    await small;
    await expect(take('late', 500, givenUp.signal)).rejects.toThrow('no more');
    expect([begun, turns.waiting]).toEqual([['a', 'small'], 0]);
  });

  it('may be taken at once, which counts for those who come later', async () => {
    const turns = new Turns(1);
    const { begun, take } = taker(turns);
    const ends = [turns.begin(0), turns.begin(0)];
    const waits = take('a');
    ends[0]?.();
    expect(turns.waiting).toBe(1);
    ends[1]?.();
    await waits;
    expect(begun).toEqual(['a']);
  });

  it('come to each of very many', async () => {
    const turns = new Turns(3);
    let begun = 0;
    const many = Array.from({ length: 20_000 }, async () => {
      const end = await turns.take(0);
      begun++;
      end();
    });
    await Promise.all(many);
    expect([begun, turns.waiting]).toEqual([20_000, 0]);
  });
});
