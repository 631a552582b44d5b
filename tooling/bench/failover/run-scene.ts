import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '../live-trust/order.ts';
import { FindingsRecord } from './findings.ts';
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
  /** Users on each member, and over each edge. */
  readonly each: number;
  /** Users who register while something is lost. */
  readonly newcomers: number;
  readonly log: (line: string) => void;
}

/**
 * Starts a pool, registers users on each member, and plays a scene.
 * @param options - how many of what
 * @param play - does what the scene is about
 */
export async function runScene(
  { each, edges = [], log, name, newcomers, places, redis }: SceneOptions,
  play: (scene: Scene) => Promise<void>,
): Promise<FindingsRecord> {
  const findings = new FindingsRecord(name);
  const directory = await mkdtemp(join(tmpdir(), 'entente-failover-'));
  const namesOf = (what: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${what}${index + 1}`);
  const users = namesOf('user', each * places.length);
  const outside = namesOf('outsider', each * edges.length);
  const others = namesOf('newcomer', newcomers);
  try {
    const all = [...users, ...outside, ...others];
    await using pool = await startPool({ directory, users: all, places, edges, redis });
    const servers = `${places.length} front ends${edges.length === 0 ? '' : ` and ${edges.length} edges`}`;
    log(`${name}: an authority and ${servers} run; ${users.length + outside.length} users register`);
    const residents = users.map((user, index) =>
      personOf(pool, user, beginningWith(pool.members, index % places.length)),
    );
    const outsiders = outside.map((user, index) =>
      personOf(pool, user, beginningWith(pool.edges, index % edges.length)),
    );
    try {
      const answers = await eachOf([...residents, ...outsiders], (person) => person.register());
      if (answers.some((status) => status !== 200))
        throw new Error(`the users could not register: ${answers.join()}`);
      await allKnown(pool.members, residents, outsiders);
      const tell = (line: string): void => log(`${name}: ${line}`);
      await play({ pool, residents, outsiders, newcomers: others, log: tell, findings });
    } finally {
      for (const person of [...residents, ...outsiders]) await person[Symbol.asyncDispose]();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return findings;
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
