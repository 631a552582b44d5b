import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  binding,
  bob,
  found,
  newPool,
  patience,
  put,
  RedisScene,
  stored,
  uris,
} from './redis-scene.ts';

describe.skipIf(noRedis !== undefined)(
  `a store that fails in part${noRedis === undefined ? '' : `: ${noRedis}`}`,
  () => {
    let redis: Awaited<ReturnType<typeof startRedis>>;
    let scene: RedisScene;
    beforeAll(async () => {
      redis = await startRedis();
      scene = new RedisScene(redis);
    });
    afterAll(async () => scene?.[Symbol.asyncDispose]());

    /** Dials for one server: the first connection is the one that reads, the second the one that writes. */
    function dials() {
      const sockets: Socket[] = [];
      let admitted: Promise<unknown> = Promise.resolve();
      return {
        sockets,
        /** Those that come from now on wait. */
        hold() {
          let release = () => {};
          admitted = new Promise<void>((resolve) => {
            release = resolve;
          });
          return release;
        },
        place: {
          ...redis.place,
          async dial() {
            await admitted;
            const socket = connect(redis.place);
            await once(socket, 'connect');
            sockets.push(socket);
            return socket;
          },
        },
      };
    }

    it('is dialled again by the connection that writes where that answers nothing', async () => {
      const passing = new Map<Socket, Socket>();
      const relay = createServer((from) => {
        const to = connect(redis.place);
        passing.set(from, to);
        from.pipe(to).pipe(from);
        for (const one of [from, to]) one.on('error', () => {});
      });
      relay.listen(0, '127.0.0.1');
      await once(relay, 'listening');
      const { port } = relay.address() as { port: number };
      const { events, locations } = await scene.open(newPool(), { place: { host: '127.0.0.1', port } });
      await put(locations, [binding()]);
      const before = [...passing];
      // The connections stay, and nothing passes that the second one sends.
      const [from, to] = before[1] as [Socket, Socket];
      from.unpipe(to);
      await expect(put(locations, [])).rejects.toMatchObject({ code: 'ENTENTE_LOCATIONS_UNAVAILABLE' });
      expect(locations.isLost).toBe(true);
      await stored(locations);
      expect(passing.size).toBeGreaterThan(before.length);
      await expect.poll(() => events, patience).toContain('locations-store-back');
      for (const pair of passing) for (const one of pair) one.destroy();
      relay.close();
    });

    it('gets back what it has lost where nothing can be written as that is found', async () => {
      const pool = newPool();
      const { hold, place, sockets } = dials();
      const { events, locations } = await scene.open(pool, { place });
      await put(locations, [binding()]);
      await put(locations, [binding({ aor: bob, uri: 'sip:bob@192.0.2.1' })], bob);
      const copied = () => events.filter((event) => event === 'locations-copied').length;
      const before = copied();
      const release = hold();
      sockets[1]?.destroy();
      await redis.command('FLUSHALL');
      await expect.poll(copied, patience).toBeGreaterThan(before);
      release();
      const other = await scene.open(pool);
      await found(other.locations).toEqual(['sip:alice@192.0.2.1']);
      await found(other.locations, bob).toEqual(['sip:bob@192.0.2.1']);
    });

    it('gets back the other devices of a user with the first change after it has lost everything', async () => {
      const pool = newPool();
      const { locations } = await scene.open(pool);
      const [first, second] = ['sip:alice@192.0.2.1', 'sip:alice@192.0.2.2'];
      await put(locations, [binding({ uri: first }), binding({ uri: second })]);
      await redis.command('FLUSHALL');
      await locations.update(alice, Date.now(), (current) => ({
        bindings: [...current.filter(({ uri }) => uri !== first), binding({ uri: first })],
        result: undefined,
      }));
      const other = await scene.open(pool);
      await found(other.locations).toEqual([first, second]);
    });

    it('loses whom it could not sign out once it takes changes again, also where no connection broke', async () => {
      const pool = newPool();
      const [one, two] = [await scene.open(pool), await scene.open(pool)];
      await put(one.locations, [binding()]);
      await put(one.locations, [binding({ aor: bob })], bob);
      await found(two.locations).toHaveLength(1);
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      await expect(one.locations.removeUser(alice)).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      expect(uris(one.locations), 'is found here no more').toEqual([]);
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await found(two.locations).toEqual([]);
      expect(uris(two.locations, bob)).toHaveLength(1);
      expect(one.events).not.toContain('locations-store-lost');
    });

    it('keeps what is left of a user no longer than that counts', async () => {
      const pool = newPool();
      const { locations } = await scene.open(pool);
      await put(locations, [binding({ flow: 'f1' }), binding({ uri: 'sip:alice@192.0.2.2' })]);
      await locations.removeFlow('f1');
      const life = await redis.ask('PTTL', `entente:{${pool}}:bindings:${alice}`);
      expect(Number(life.slice(1))).toBeGreaterThan(0);
      expect(Number(life.slice(1))).toBeLessThanOrEqual(660_000);
    });
  },
);
