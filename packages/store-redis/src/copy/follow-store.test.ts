import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { StoreFollower, storeKeys } from './follow-store.ts';
import { LocationCopy } from './location-copy.ts';

const alice = 'alice@contoso.example';

/** A store that has nothing but its count and what it is asked for next. */
function start(state: { epoch: string; number: number }) {
  const found: string[] = [];
  const answers: (readonly (readonly [number: number, epoch: string])[])[] = [];
  /** What the change of a number says, where one asks for it alone. */
  const stored = new Map<number, string>();
  const redis = {
    async hmget() {
      found.push('compared');
      return [state.epoch, String(state.number)];
    },
    scan: async () => ['0', []],
    async xread(_: string, count: number, ...more: readonly (string | number)[]) {
      if (count === 1) {
        const number = Number(String(more.at(-1)).split('-')[0]) + 1;
        const aor = stored.get(number);
        return aor === undefined
          ? null
          : [['changes', [[`${number}-1`, ['aor', aor, 'bindings', '', 'epoch', state.epoch]]]]];
      }
      const changes = answers.shift();
      if (changes === undefined) return null;
      const entry = ([number, epoch]: readonly [number, string]) =>
        [`${number}-1`, ['aor', alice, 'bindings', '', 'epoch', epoch]] as const;
      return [['changes', changes.map(entry)]];
    },
  };
  const follower = new StoreFollower({
    redis: redis as unknown as Redis,
    keys: storeKeys('pool1.contoso.example'),
    copy: new LocationCopy(() => {}),
    onCopied: (_, why) => found.push(why),
    onLost: () => found.push('lost'),
    clock: () => 1_000,
  });
  return { answers, follower, found, state, stored };
}

it('asks how far the store is at the start, and again once no changes come', async () => {
  const { answers, follower, found, state } = start({ epoch: 'a', number: 0 });
  answers.push([[1, 'a']], [[2, 'a']], [[3, 'a']]);
  for (let step = 0; step < 3; step++) await follower.step();
  expect(found).toEqual(['compared', 'start']);
  found.length = 0;
  state.number = 3;
  await follower.step();
  expect(found, 'nothing came').toEqual(['compared']);
  await follower.step();
  expect(found.slice(1)).toEqual(['compared', 'compared']);
});

it('reads everything again where the store was emptied and has as many changes again', async () => {
  const { answers, follower, found, state } = start({ epoch: 'a', number: 0 });
  answers.push([[1, 'a']], [[2, 'b']]);
  await follower.step();
  found.length = 0;
  Object.assign(state, { epoch: 'b', number: 2 });
  await follower.step();
  answers.push([[3, 'b']]);
  await follower.step();
  expect(found).toEqual(['compared', 'other-epoch', 'lost']);
  expect(follower.epoch).toBe('b');
});

it('reads everything again where the store was set back, and has counted as far again', async () => {
  const { answers, follower, found, state, stored } = start({ epoch: 'a', number: 0 });
  answers.push([
    [1, 'a'],
    [2, 'a'],
  ]);
  await follower.step();
  Object.assign(state, { number: 2 });
  stored.set(2, alice);
  await follower.step();
  await follower.step();
  expect(found, 'as it was').not.toContain('other-epoch');
  found.length = 0;
  // Of the same number, and of another user.
  stored.set(2, 'bob@contoso.example');
  Object.assign(state, { number: 4 });
  await follower.step();
  expect(found.slice(0, 3)).toEqual(['compared', 'other-epoch', 'lost']);
});

it('knows what it has read at the start by its last change', async () => {
  const { follower, found, state, stored } = start({ epoch: 'a', number: 7 });
  stored.set(7, alice);
  await follower.step();
  expect(found).toContain('start');
  stored.set(7, 'bob@contoso.example');
  Object.assign(state, { number: 9 });
  await follower.step();
  expect(found).toContain('other-epoch');
});
