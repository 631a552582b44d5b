import { noRedis, startRedis } from '@entente/testkit/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binding, found, newPool, put, RedisScene } from './redis-scene.ts';

describe.skipIf(noRedis !== undefined)(
  `a server whose clock is set${noRedis === undefined ? '' : `: ${noRedis}`}`,
  () => {
    let redis: Awaited<ReturnType<typeof startRedis>>;
    let scene: RedisScene;
    beforeAll(async () => {
      redis = await startRedis();
      scene = new RedisScene(redis);
    });
    afterAll(async () => scene?.[Symbol.asyncDispose]());

    it('signs out from the store whom it could not sign out, though its clock was set back meanwhile', async () => {
      let aheadMs = 300_000;
      const pool = newPool();
      const one = await scene.open(pool, { clock: () => Date.now() + aheadMs });
      const two = await scene.open(pool);
      await put(one.locations, [binding()]);
      await found(two.locations).toHaveLength(1);
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      await expect(one.locations.removeUser('alice@contoso.example')).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      const count =
        "return tonumber(string.match(redis.call('INFO','errorstats'),'errorstat_OOM:count=(%d+)'))";
      const refused = async () => Number((await redis.ask('EVAL', `"${count}"`, '0')).slice(1));
      const before = await refused();
      // It has tried again, and failed.
      await expect.poll(refused).toBeGreaterThan(before);
      aheadMs = 0;
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await found(two.locations).toEqual([]);
    });
  },
);
