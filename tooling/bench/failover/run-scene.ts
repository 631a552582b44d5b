import { monotonicMs } from '../live-trust/order.ts';
import { type Bench, temporaryFolder } from '../suite.ts';
import { Findings } from './findings.ts';
import type { Scene } from './front-end-lost.ts';
import { beginningWith, type Person, personOf } from './person.ts';
import type { MemberPlace } from './planned-servers.ts';
import { type PoolMember, type PoolOptions, startPool } from './pool.ts';
import { eachOf, reachedAfter } from './reach.ts';

/** What a scene is played with. */
export interface SceneOptions extends Pick<PoolOptions, 'edges' | 'redis'> {
  /** What stands before each line of the report. */
  readonly name: string;
  readonly places: readonly MemberPlace[];
  /** Users who register while something is lost. */
  readonly newcomers: number;
}

/**
 * Starts a pool, registers users on each member and over each edge, and plays a scene.
 * @param options - how many of what
 * @param play - does what the scene is about
 */
export async function runScene(
  bench: Bench,
  { edges = [], name, newcomers, places, redis }: SceneOptions,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const each = bench.short ? 4 : 30;
  const log = (line: string): void => bench.log(`${name}: ${line}`);
  await using directory = await temporaryFolder('failover');
  const namesOf = (what: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${what}${index + 1}`);
  const users = namesOf('user', each * places.length);
  const outside = namesOf('outsider', each * edges.length);
  const others = namesOf('newcomer', newcomers);
  const all = [...users, ...outside, ...others];
  await using pool = await startPool({ directory: directory.path, users: all, places, edges, redis });
  const servers = `${places.length} front ends${edges.length === 0 ? '' : ` and ${edges.length} edges`}`;
  log(`an authority and ${servers} run; ${users.length + outside.length} users register`);
  const people = (names: readonly string[], at: readonly PoolMember[]): readonly Person[] =>
    names.map((user, index) => personOf(pool, user, beginningWith(at, index % at.length)));
  const residents = people(users, pool.members);
  const outsiders = people(outside, pool.edges);
  try {
    const answers = await eachOf([...residents, ...outsiders], (person) => person.register());
    if (answers.some((status) => status !== 200))
      throw new Error(`the users could not register: ${answers.join()}`);
    await allKnown(pool.members, residents, outsiders);
    const findings = new Findings(bench, name);
    await play({ pool, residents, outsiders, newcomers: others, log, findings });
  } finally {
    for (const person of [...residents, ...outsiders]) await person[Symbol.asyncDispose]();
  }
}

/** Members that have just started may not have found each other yet: nothing is lost before each of them knows every user. */
async function allKnown(
  members: readonly PoolMember[],
  residents: readonly Person[],
  outsiders: readonly Person[],
): Promise<void> {
  const began = monotonicMs();
  const through = members.map((member) => residents.find((person) => person.member === member));
  const found = await eachOf([...residents, ...outsiders], ({ address }) =>
    Promise.all(through.map((from) => (from === undefined ? 0 : reachedAfter(from, address, began)))),
  );
  if (found.flat().includes(undefined)) throw new Error('a user who has registered is not reached');
}
