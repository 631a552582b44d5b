import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Locations } from '@entente/sip-proxy/locations';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alice, binding, bob, carol, found, newPool, put, RedisScene, stored, uris } from './redis-scene.ts';

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
      await expect.poll(() => events).toContain('locations-store-back');
      for (const pair of passing) for (const one of pair) one.destroy();
      relay.close();
    });

    it.each([
      ['its memory is full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], 'OOM'],
      ['it is a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], 'READONLY'],
      [
        'the account may not',
        ['ACL', 'SETUSER', 'default', '-evalsha', '-eval'],
        ['ACL', 'SETUSER', 'default', '+evalsha', '+eval'],
        'NOPERM',
      ],
    ])(
      'says why where it takes no changes though it answers, until it takes one: %s',
      async (_, fail, mend, code) => {
        const { events, locations } = await scene.open(newPool());
        await put(locations, [binding()]);
        await redis.command(...fail);
        for (let i = 0; i < 2; i++)
          await expect(put(locations, [])).rejects.toMatchObject({
            code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
            remedy: locations.refused?.remedy ?? expect.not.stringContaining('check that Redis runs'),
          });
        expect(locations.refused).toMatchObject({ code });
        expect(events.filter((event) => event === 'locations-store-refuses')).toHaveLength(1);
        await redis.command(...mend);
        expect(locations.refused).toMatchObject({ code });
        await stored(locations);
        expect(locations.refused).toBe(undefined);
        expect(events.at(-1)).toBe('locations-store-back');
      },
    );

    it('is well where one record alone takes no change', async () => {
      const pool = newPool();
      const { events, locations } = await scene.open(pool);
      await put(locations, [binding({ aor: bob })], bob);
      await redis.command('LPUSH', `entente:{${pool}}:bindings:${alice}`, 'x');
      await expect(put(locations, [binding()])).rejects.toMatchObject({
        code: 'ENTENTE_LOCATIONS_UNAVAILABLE',
      });
      expect([locations.refused, events]).toEqual([
        undefined,
        expect.not.arrayContaining(['locations-store-refuses']),
      ]);
    });

    it('gets back what it has lost where nothing can be written as that is found', async () => {
      const pool = newPool();
      const { hold, place, sockets } = dials();
      const warned: object[] = [];
      const log = { info() {}, warn: (fields: object) => void warned.push(fields) };
      const { locations } = await scene.open(pool, { place, log });
      await put(locations, [binding()]);
      await put(locations, [binding({ aor: bob, uri: 'sip:bob@192.0.2.1' })], bob);
      const copied = () => warned.filter((fields) => 'why' in fields);
      const release = hold();
      sockets[1]?.destroy();
      await redis.command('FLUSHALL');
      await expect
        .poll(copied)
        .toContainEqual(expect.objectContaining({ event: 'locations-copied', why: 'other-epoch', lost: 2 }));
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

    /** One device of a user registers again: what is known of the others stays. */
    const registersAgain = (locations: Locations, uri: string) =>
      locations.update(alice, Date.now(), (current) => ({
        bindings: [...current.filter((one) => one.uri !== uri), binding({ uri })],
        result: undefined,
      }));

    it('gets back the other devices of a user with the first change after it has thrown their record away', async () => {
      const pool = newPool();
      const { locations } = await scene.open(pool);
      const [first, second] = ['sip:alice@192.0.2.1', 'sip:alice@192.0.2.2'];
      await put(locations, [binding({ uri: first }), binding({ uri: second })]);
      // As a policy that evicts does, or a clock that is set ahead: the epoch stays.
      await redis.command('DEL', `entente:{${pool}}:bindings:${alice}`);
      await registersAgain(locations, first);
      const other = await scene.open(pool);
      await found(other.locations).toEqual([first, second]);
    });

    it('is said to throw registrations away where that was set while it ran', async () => {
      const { events, locations } = await scene.open(newPool());
      expect(locations.evicts).toBeUndefined();
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      try {
        await expect.poll(() => locations.evicts).toMatchObject({ policy: 'allkeys-lru' });
        expect(
          events.filter((event) => event === 'locations-store-evicts'),
          'once',
        ).toHaveLength(1);
      } finally {
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      }
      await expect.poll(() => locations.evicts).toBeUndefined();
    });

    it('keeps what was removed from coming back by a server that has not heard of it', async () => {
      const pool = newPool();
      const { hold, place, sockets } = dials();
      const one = await scene.open(pool);
      const two = await scene.open(pool, { place });
      const removed = Date.now() + 600_000;
      await put(one.locations, [binding({ uri: 'sip:alice@192.0.2.1', expiresAt: removed })]);
      await found(two.locations).toHaveLength(1);
      const release = hold();
      sockets[0]?.destroy();
      await expect.poll(() => two.locations.isLost).toBe(true);
      await put(one.locations, []);
      const life = await redis.ask('PTTL', `entente:{${pool}}:bindings:${alice}`);
      expect(Number(life.slice(1)), 'as long as it would have counted').toBeGreaterThan(removed - Date.now());
      expect(uris(two.locations), 'not heard of').toEqual(['sip:alice@192.0.2.1']);
      await registersAgain(two.locations, 'sip:alice@192.0.2.2');
      await found(one.locations).toEqual(['sip:alice@192.0.2.2']);
      const third = await scene.open(pool);
      expect(uris(third.locations)).toEqual(['sip:alice@192.0.2.2']);
      release();
    });

    it('keeps the record of what was removed as long as it would have counted, whatever came in between', async () => {
      const pool = newPool();
      const { locations } = await scene.open(pool);
      const until = Date.now() + 600_000;
      await put(locations, [binding({ expiresAt: until })]);
      // A server that is away knows this one still.
      for (let i = 0; i < 2; i++) await put(locations, [binding({ expiresAt: Date.now() + 60_000 })]);
      await put(locations, []);
      const life = await redis.ask('PTTL', `entente:{${pool}}:bindings:${alice}`);
      expect(Number(life.slice(1))).toBeGreaterThan(until - Date.now());
    });

    it('keeps the record of what was removed as long as it would have counted, also where it had thrown that away', async () => {
      const pool = newPool();
      const { locations } = await scene.open(pool);
      const until = Date.now() + 600_000;
      await put(locations, [binding({ expiresAt: until })]);
      const record = `entente:{${pool}}:bindings:${alice}`;
      await redis.command('DEL', record);
      await put(locations, []);
      const life = await redis.ask('PTTL', record);
      expect(Number(life.slice(1))).toBeGreaterThan(until - Date.now());
    });

    it('gets back what it has thrown away where a server misses changes, and nothing that was removed', async () => {
      const pool = newPool();
      const { hold, place, sockets } = dials();
      const [one, two] = [await scene.open(pool, { place }), await scene.open(pool)];
      await put(one.locations, [binding()]);
      await put(one.locations, [binding({ aor: bob, uri: 'sip:bob@192.0.2.1' })], bob);
      await found(two.locations, bob).toHaveLength(1);
      const release = hold();
      sockets[0]?.destroy();
      await expect.poll(() => one.locations.isLost).toBe(true);
      await redis.command('DEL', `entente:{${pool}}:bindings:${alice}`);
      await put(two.locations, [], bob);
      await redis.command('DEL', `entente:{${pool}}:changes`);
      await put(two.locations, [binding({ aor: carol })], carol);
      release();
      await found(one.locations, carol).toHaveLength(1);
      await found(one.locations, bob).toEqual([]);
      const gaveBack = () => redis.ask('EXISTS', `entente:{${pool}}:bindings:${alice}`);
      await expect.poll(gaveBack).toBe(':1');
      const third = await scene.open(pool);
      expect([uris(third.locations), uris(third.locations, bob)]).toEqual([['sip:alice@192.0.2.1'], []]);
    });

    it('has its changes heard where it has lost its count alone, and begins below the numbers of its records', async () => {
      const pool = newPool();
      const [one, two] = [await scene.open(pool), await scene.open(pool)];
      for (let i = 0; i < 5; i++) await put(one.locations, [binding({ uri: `sip:alice@192.0.2.${i}` })]);
      await found(two.locations).toEqual(['sip:alice@192.0.2.4']);
      const copied = () =>
        [one, two].map(({ events }) => events.filter((event) => event === 'locations-copied').length);
      const before = copied();
      await redis.command('DEL', `entente:{${pool}}:state`);
      await put(one.locations, [binding({ aor: bob })], bob);
      await expect.poll(() => copied().every((count, i) => count > (before[i] ?? 0))).toBe(true);
      await put(one.locations, [binding({ uri: 'sip:alice@192.0.2.9' })]);
      await found(two.locations).toEqual(['sip:alice@192.0.2.9']);
      const third = await scene.open(pool);
      await put(one.locations, [binding({ uri: 'sip:alice@192.0.2.10' })]);
      for (const { locations } of [one, two, third]) await found(locations).toEqual(['sip:alice@192.0.2.10']);
    });

    it.each(['allkeys-lru', 'volatile-ttl'])(
      'is reported where its policy is %s, which throws registrations away, with what to set',
      async (policy) => {
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', policy);
        const lines: { readonly fields: object; readonly message: string }[] = [];
        const warn = (fields: object, message: string) => void lines.push({ fields, message });
        await scene.open(newPool(), { log: { info() {}, warn } });
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await expect.poll(() => lines).toHaveLength(1);
        expect(lines[0]?.message).toContain(policy);
        expect(lines[0]?.fields).toMatchObject({
          event: 'locations-store-evicts',
          policy,
          remedy: expect.stringContaining('maxmemory-policy noeviction'),
        });
      },
    );

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
