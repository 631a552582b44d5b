import { once } from 'node:events';
import { connect } from 'node:net';
import type { Binding, Locations } from '@entente/sip-proxy/locations';
import { locationsCompliance } from '@entente/sip-proxy/locations/compliance';
import { type OpenSnapshot, RedisLocations } from '@entente/store-redis';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alice, binding, bob, found, newPool, put, RedisScene, stored, uris } from './redis-scene.ts';

describe.skipIf(noRedis !== undefined)(
  `locations in Redis${noRedis === undefined ? '' : `: ${noRedis}`}`,
  () => {
    let redis: Awaited<ReturnType<typeof startRedis>>;
    let scene: RedisScene;
    beforeAll(async () => {
      redis = await startRedis();
      scene = new RedisScene(redis);
    });
    afterAll(async () => scene?.[Symbol.asyncDispose]());
    const open: RedisScene['open'] = (...asked) => scene.open(...asked);

    describe('keep every rule of a store', () => {
      const setup = async () => (await open(newPool())).locations;
      const teardown = (locations: Locations) => (locations as RedisLocations)[Symbol.asyncDispose]();
      for (const rule of locationsCompliance({ setup, teardown })) it(rule.title, rule.run);
    });

    it('are open only once a change can be made, not as soon as all are read', async () => {
      let copied = () => {};
      const afterCopying = new Promise<void>((resolve) => {
        copied = () => void setImmediate(resolve);
      });
      let dials = 0;
      const dial = async () => {
        // The first is the one that reads.
        if (++dials === 2) await afterCopying;
        const socket = connect(redis.place);
        await once(socket, 'connect');
        return socket;
      };
      const { locations } = await open(newPool(), {
        place: { ...redis.place, dial },
        log: { info: (fields) => 'count' in fields && copied(), warn() {} },
      });
      await put(locations, [binding()]);
      expect(dials).toBe(2);
      expect(uris(locations)).toHaveLength(1);
    });

    it('are read by the others of the pool, and by no other pool', async () => {
      const pool = newPool();
      const [one, two, other] = [await open(pool), await open(pool), await open(newPool())];
      await put(one.locations, [binding()]);
      await found(two.locations).toEqual(['sip:alice@192.0.2.1']);
      await put(two.locations, []);
      await found(one.locations).toEqual([]);
      expect(uris(other.locations)).toEqual([]);
    });

    it('lose no change where several servers make them at the same time', async () => {
      const pool = newPool();
      const servers = await Promise.all([open(pool), open(pool), open(pool)]);
      const all = Array.from({ length: 30 }, (_, i) => `sip:alice@192.0.2.${i}`);
      await Promise.all(
        all.map((uri, i) =>
          (servers[i % 3] as (typeof servers)[number]).locations.update(alice, Date.now(), (current) => ({
            bindings: [...current, binding({ uri })],
            result: undefined,
          })),
        ),
      );
      for (const { locations } of servers) await found(locations).toEqual([...all].sort());
    });

    it('are all there after the store was killed and started again, and a server catches up', async () => {
      const pool = newPool();
      const [one, two] = [await open(pool), await open(pool)];
      const acknowledged: string[] = [];
      let written = 0;
      const writeUntil = async (isOver: () => boolean) => {
        while (!isOver()) {
          const i = written++;
          const uri = `sip:alice@192.0.2.${i % 250}`;
          const aor = `user${i}@contoso.example`;
          await put(one.locations, [binding({ aor, uri })], aor).then(
            () => acknowledged.push(`${aor} ${uri}`),
            (error: { code?: string }) => {
              if (error.code !== 'ENTENTE_LOCATIONS_UNAVAILABLE') throw error;
            },
          );
          // A store that is away refuses at once.
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const writeWhile = async (change: Promise<void>) => {
        let isDone = false;
        const done = change.finally(() => {
          isDone = true;
        });
        await Promise.all([done, writeUntil(() => isDone)]);
      };
      await writeUntil(() => acknowledged.length > 20);
      await writeWhile(redis.kill());
      await writeUntil(() => one.events.includes('locations-store-lost'));
      expect(one.locations.isLost).toBe(true);
      expect(uris(one.locations, 'user0@contoso.example'), 'lookups go on').toHaveLength(1);
      await writeWhile(redis.start());
      const before = acknowledged.length;
      await writeUntil(() => acknowledged.length > before + 10);
      await expect.poll(() => two.events).toContain('locations-store-back');
      const third = await open(pool);
      for (const line of acknowledged) {
        const [aor = '', uri] = line.split(' ');
        expect(uris(third.locations, aor)).toEqual([uri]);
        await found(two.locations, aor).toEqual([uri]);
      }
    });

    it('report a store that is lost in words of their own, with what to look for', async () => {
      const lines: { readonly fields: object; readonly message: string }[] = [];
      const warn = (fields: object, message: string) => void lines.push({ fields, message });
      await open(newPool(), { log: { info() {}, warn } });
      await redis.kill();
      await expect.poll(() => lines).toHaveLength(1);
      await redis.start();
      expect(lines[0]?.message).not.toMatch(/maxRetries/i);
      expect(lines[0]?.fields).toMatchObject({
        event: 'locations-store-lost',
        remedy: expect.stringContaining('Redis runs'),
      });
    });

    it('refuse a change while the store is away, without having kept it', async () => {
      const { locations } = await open(newPool());
      await redis.kill();
      await expect(put(locations, [binding()])).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      expect(uris(locations)).toEqual([]);
      await redis.start();
      await stored(locations);
    });

    it('drop the bindings of a connection that closed while the store was away', async () => {
      const pool = newPool();
      const [one, two] = [await open(pool), await open(pool)];
      await put(one.locations, [binding({ flow: 'f1' })]);
      await found(two.locations).toHaveLength(1);
      await redis.kill();
      await expect(one.locations.removeFlow('f1')).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      await redis.start();
      await found(two.locations).toEqual([]);
    });

    it('drop the bindings of a user who was signed out while the store was away, and of nobody else', async () => {
      const pool = newPool();
      const [one, two] = [await open(pool), await open(pool)];
      await put(one.locations, [binding()]);
      await put(one.locations, [binding({ aor: bob })], bob);
      await found(two.locations).toHaveLength(1);
      await redis.kill();
      await expect(one.locations.removeUser(alice)).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      await redis.start();
      await found(two.locations).toEqual([]);
      expect(uris(two.locations, bob)).toHaveLength(1);
    });

    it('are read again where changes are missing', async () => {
      const pool = newPool();
      const [one, two] = [await open(pool), await open(pool)];
      await put(one.locations, [binding()]);
      await found(two.locations).toHaveLength(1);
      await redis.command('DEL', `entente:{${pool}}:changes`);
      await put(one.locations, [binding({ uri: 'sip:alice@192.0.2.2' })]);
      await redis.command('DEL', `entente:{${pool}}:changes`);
      await put(one.locations, [binding({ aor: 'bob@contoso.example' })], 'bob@contoso.example');
      await found(two.locations).toEqual(['sip:alice@192.0.2.2']);
      await found(two.locations, 'bob@contoso.example').toHaveLength(1);
    });

    it('change although there is something at the key of another one that is none of ours', async () => {
      const pool = newPool();
      const { locations } = await open(pool);
      await redis.command('LPUSH', `entente:{${pool}}:bindings:${alice}`, 'x');
      const [ofAlice, ofBob] = await Promise.allSettled([
        put(locations, [binding()]),
        put(locations, [binding({ aor: bob })], bob),
      ]);
      expect(ofAlice).toMatchObject({
        status: 'rejected',
        reason: { code: 'ENTENTE_LOCATIONS_UNAVAILABLE' },
      });
      expect(ofBob.status).toBe('fulfilled');
    });

    it('go back into a store that has lost everything, from whichever server knows them', async () => {
      const pool = newPool();
      const [one, two] = [await open(pool), await open(pool)];
      await put(one.locations, [binding()]);
      await found(two.locations).toHaveLength(1);
      await redis.command('FLUSHALL');
      await put(two.locations, [binding({ aor: 'bob@contoso.example' })], 'bob@contoso.example');
      await expect.poll(() => one.events).toContain('locations-copied');
      await expect.poll(async () => uris((await open(pool)).locations)).toEqual(['sip:alice@192.0.2.1']);
      for (const { locations } of [one, two]) await found(locations).toHaveLength(1);
    });

    it('are found by what an earlier run has kept where the store is not there at the start', async () => {
      const pool = newPool();
      const kept = new Map<string, unknown>();
      const rewritten: string[][] = [];
      const snapshot: OpenSnapshot = async (restore, entries) => {
        const counts = [...kept].filter(([aor, value]) => restore(aor, value)).map(([aor]) => aor);
        rewritten.push([...entries()].map(([aor]) => aor));
        expect(rewritten.at(-1)).toEqual(counts);
        return { keep: (aor, value) => void (value === undefined ? kept.delete(aor) : kept.set(aor, value)) };
      };
      const { locations: before } = await open(pool, { snapshot });
      await put(before, [binding()]);
      await put(before, [binding({ aor: bob })], bob);
      await put(before, [], bob);
      await before[Symbol.asyncDispose]();
      await redis.kill();
      kept.set('carol@contoso.example', [binding({ aor: 'carol@contoso.example', expiresAt: 1 })]);
      kept.set('dave@contoso.example', 'damaged');
      const { locations } = await open(pool, { snapshot });
      expect(rewritten).toEqual([[], [alice]]);
      expect(uris(locations)).toHaveLength(1);
      expect(locations.isLost).toBe(true);
      await redis.start();
      await stored(locations);
      await found(locations).toHaveLength(1);
    });

    /** What an earlier run has kept: bindings of Alice. */
    const keptBefore = (...bindings: readonly Binding[]) => {
      const kept = new Map<string, unknown>([[alice, bindings]]);
      const snapshot: OpenSnapshot = async (restore) => {
        for (const [aor, value] of kept) restore(aor, value);
        return { keep: (aor, value) => void (value === undefined ? kept.delete(aor) : kept.set(aor, value)) };
      };
      return { kept, snapshot };
    };

    it('that an earlier run has kept give way to a store that knows better', async () => {
      const pool = newPool();
      const { kept, snapshot } = keptBefore(binding());
      const one = await open(pool);
      await put(one.locations, [binding()]);
      await put(one.locations, []);
      const { locations } = await open(pool, { snapshot });
      await found(locations).toEqual([]);
      expect(kept.size).toBe(0);
    });

    it('that an earlier run has kept go into a store that has come back empty', async () => {
      const pool = newPool();
      const { kept, snapshot } = keptBefore(binding());
      const { locations } = await open(pool, { snapshot });
      await expect.poll(async () => uris((await open(pool)).locations)).toHaveLength(1);
      expect(uris(locations)).toHaveLength(1);
      expect([...kept.keys()]).toEqual([alice]);
    });

    it('that an earlier run has kept go into a store that was written again before it started', async () => {
      const pool = newPool();
      const one = await open(pool);
      await put(one.locations, [binding({ aor: bob })], bob);
      const { locations } = await open(pool, { snapshot: keptBefore(binding()).snapshot });
      await found(one.locations).toHaveLength(1);
      expect(uris(locations)).toHaveLength(1);
    });

    it('that an earlier run has kept give way to the records of a store that has lost its count and its changes', async () => {
      const pool = newPool();
      const one = await open(pool);
      await put(one.locations, [binding({ uri: 'sip:alice@192.0.2.9' })]);
      await one.locations[Symbol.asyncDispose]();
      await redis.command('DEL', `entente:{${pool}}:state`, `entente:{${pool}}:changes`);
      const { locations } = await open(pool, { snapshot: keptBefore(binding()).snapshot });
      await found(locations).toEqual(['sip:alice@192.0.2.9']);
    });
  },
);

describe('a store on another machine', () => {
  it.each(['redis.contoso.example', '192.0.2.1', 'localhost', '::2'])(
    'at %s is refused without TLS',
    async (host) => {
      const opening = RedisLocations.open({
        place: { host, port: 6379 },
        pool: 'pool1.contoso.example',
        log: { info() {}, warn() {} },
      });
      await expect(opening).rejects.toMatchObject({ code: 'ENTENTE_REDIS_PLAIN' });
    },
  );
});
