import { noRedis, startRedis } from '@entente/testkit/redis';
import { needs } from '@entente/testkit/repository';
import { topologyHash } from '@entente/topology';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { beginningWith, type Person, personOf } from '../../bench/failover/person.ts';
import {
  type FailoverPool,
  loopbackPlaces,
  type PoolMember,
  type PoolOptions,
  startPool,
} from '../../bench/failover/pool.ts';
import { inTime } from '../../bench/failover/reach.ts';
import { Opened } from '../harness/opened.ts';
import { noVersionBefore, openVersionBefore, type VersionBefore } from './version-before.ts';

const missing = noVersionBefore();
const present = process.cwd();
const opened = new Opened();
let before: VersionBefore | undefined;

beforeAll(async () => {
  if (missing === undefined) before = await openVersionBefore();
});
afterEach(() => opened[Symbol.asyncDispose]());
afterAll(async () => {
  await before?.[Symbol.asyncDispose]();
});

/** A pool of two front ends, the first one of this version, the second one of the version before, as are edges. */
async function startMixed(users: readonly string[], more: Partial<PoolOptions> = {}): Promise<FailoverPool> {
  const directory = await opened.folder();
  const [first, second] = loopbackPlaces(2, 81) as [PoolOptions['places'][0], PoolOptions['places'][0]];
  const places = [first, { ...second, root: before!.root }];
  const pool = await startPool({ directory, users, places, ...more });
  opened.use(pool);
  return pool;
}

/** Users who are registered, in turns at either server. */
async function registered(pool: FailoverPool, names: readonly string[]): Promise<readonly Person[]> {
  const people = names.map((name, index) => {
    const person = personOf(pool, name, beginningWith(pool.members, index % pool.members.length));
    opened.use(person);
    return person;
  });
  for (const [index, person] of people.entries()) {
    expect(await person.register()).toBe(200);
    expect(person.member).toBe(pool.members[index % pool.members.length]);
  }
  return people;
}

/** Each reaches each other one. */
async function expectAllReached(people: readonly Person[]): Promise<void> {
  for (const from of people)
    for (const to of people) if (from !== to) await expect.poll(() => from.message(to.address)).toBe(200);
}

/** A call, as both sides have it. */
async function call(from: Person, to: Person) {
  const before = to.calls.length;
  const placed = await from.call(to);
  // Its answer comes behind the ACK: no server that is killed from now on takes that with it, and the called side would give the call up.
  await placed.info({ body: 'a', contentType: 'text/plain' });
  return { placed, taken: to.calls[before]! };
}

const inForce = ({ records }: PoolMember, version: number) =>
  records.some(({ event, ...fields }) => event === 'topology' && fields.version === version);

describe('a pool with servers of this version and of the version before', () => {
  it('registers, carries messages and calls, follows accounts and topology, and loses nobody with either server', async (context) => {
    needs(context, missing);
    const [edge] = loopbackPlaces(1, 91) as [PoolOptions['places'][0]];
    const users = ['alice', 'bob', 'carol', 'dave', 'erin'];
    const edges = [{ ...edge, root: before!.root }];
    const pool = await startMixed(users, { areAccounts: true, edges });
    const [first, second] = pool.members as [PoolMember, PoolMember];
    const people = await registered(pool, ['alice', 'bob', 'carol', 'dave']);
    const [alice, bob, carol, dave] = people as [Person, Person, Person, Person];
    const erin = personOf(pool, 'erin', pool.edges);
    opened.use(erin);
    expect(await erin.register()).toBe(200);
    await expectAllReached([...people, erin]);
    const talks = [await call(alice, bob), await call(bob, alice), await call(alice, bob)];
    const outside = [await call(erin, alice), await call(bob, erin)];

    // What the authority says is in force at both.
    for (const { address } of [carol, dave]) {
      const change = { address: address.replace('sip:', ''), state: 'disabled' };
      expect((await pool.orders.post('/accounts/change', change)).status).toBe(200);
    }
    for (const from of [alice, bob])
      for (const { address } of [carol, dave]) await expect.poll(() => from.message(address)).not.toBe(200);
    const previous = topologyHash(pool.topology);
    await pool.orders.publish({ ...pool.topology, version: 2, previous });
    for (const member of pool.members) await expect.poll(() => inForce(member, 2)).toBe(true);

    // Requests in a dialog pass both, in both directions; each side ends one.
    expect((await talks[0]!.placed.hangUp()).status).toBe(200);
    expect(await inTime(talks[0]!.taken.ended)).toBe('remote');
    expect((await talks[1]!.placed.hangUp()).status).toBe(200);
    expect(await inTime(talks[1]!.taken.ended)).toBe('remote');

    // The server of the version before is upgraded: its user is served by the other one meanwhile, and its folder is read.
    await second.stop();
    await expect.poll(() => alice.message(bob.address)).toBe(200);
    expect((await talks[2]!.taken.hangUp()).status).toBe(200);
    expect(await inTime(talks[2]!.placed.ended)).toBe('remote');
    for (const { placed, taken } of outside) {
      expect((await taken.hangUp()).status).toBe(200);
      expect(await inTime(placed.ended)).toBe('remote');
    }
    await second.restart(present);
    const there = personOf(pool, 'bob', [second]);
    opened.use(there);
    expect(await there.register()).toBe(200);
    await expect.poll(() => there.message(alice.address)).toBe(200);

    // And back: what this version has written, the version before reads.
    const last = await call(alice, bob);
    await first.kill();
    await expectAllReached([alice, bob, erin]);
    await first.restart(before!.root);
    const back = personOf(pool, 'alice', [first]);
    opened.use(back);
    expect(await back.register()).toBe(200);
    await expect.poll(() => back.message(bob.address)).toBe(200);
    expect(await back.message(carol.address)).not.toBe(200);
    expect((await last.placed.hangUp()).status).toBe(200);
    expect(await inTime(last.taken.ended)).toBe('remote');
  });

  it('shares registrations in Redis, whichever server wrote them', async (context) => {
    needs(context, missing);
    needs(context, noRedis);
    const redis = await startRedis();
    opened.use(redis);
    const pool = await startMixed(['alice', 'bob', 'carol'], { redis: redis.place });
    const [first, second] = pool.members as [PoolMember, PoolMember];
    const people = await registered(pool, ['alice', 'bob']);
    const [alice, bob] = people as [Person, Person];
    await expectAllReached(people);
    // Each starts again and knows only what the store has: half of that was written by the other version.
    for (const [member, root] of [
      [second, present],
      [first, before!.root],
    ] as const) {
      await member.kill();
      await member.restart(root);
      const carol = personOf(pool, 'carol', [member]);
      expect(await carol.register()).toBe(200);
      for (const { address } of [alice, bob]) await expect.poll(() => carol.message(address)).toBe(200);
      await carol[Symbol.asyncDispose]();
    }
  });
});
