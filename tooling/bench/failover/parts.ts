import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { spawnTied } from '@entente/testkit/repository';
import { loseBehindEdges } from './edge-in-front.ts';
import type { Findings } from './findings.ts';
import { loseFrontEnd } from './front-end-lost.ts';
import { noNamespaces } from './namespaces.ts';
import { loopbackPlaces } from './pool.ts';
import { loseRoles } from './roles-lost.ts';
import { runScene } from './run-scene.ts';
import { loseStore } from './store-lost.ts';

/** How much is played. */
export interface FailoverOptions {
  readonly short: boolean;
  readonly log: (line: string) => void;
}

/** A part of the benchmark with a pool of its own. */
export interface FailoverPart {
  /** By which it is chosen: `pnpm bench failover --part kill`. */
  readonly scene: string;
  readonly name: string;
  /** What it takes and is not here, as a sentence without its end; undefined when all is there. */
  readonly missing: string | undefined;
  play(options: FailoverOptions): Promise<Findings>;
}

const memberCount = 3;
const places = loopbackPlaces(memberCount);
const eachOn = (isShort: boolean): number => (isShort ? 4 : 30);

/** A front end, a store, an edge, a link or the power of a machine is lost, each while users are registered and talk. */
export const failoverParts: readonly FailoverPart[] = [
  {
    scene: 'kill',
    name: 'without a store',
    missing: undefined,
    play({ log, short }) {
      const scene = { name: 'without a store', places, each: eachOn(short), newcomers: 5, log };
      return runScene(scene, loseFrontEnd);
    },
  },
  {
    scene: 'redis',
    name: 'with Redis',
    missing: noRedis,
    async play({ log, short }) {
      await using redis = await startRedis();
      const scene = { name: 'with Redis', places, each: eachOn(short), redis: redis.place, log };
      return await runScene({ ...scene, newcomers: short ? 30 : 150 }, async (played) => {
        await loseFrontEnd(played);
        await loseStore(played, redis);
      });
    },
  },
  {
    scene: 'edges',
    name: 'behind edges',
    missing: undefined,
    play({ log, short }) {
      const edges = loopbackPlaces(2, 61);
      const scene = { name: 'behind edges', places, edges, each: eachOn(short), newcomers: 0, log };
      return runScene(scene, loseBehindEdges);
    },
  },
  {
    scene: 'roles',
    name: 'two of each role',
    missing: undefined,
    play: ({ log }) => loseRoles(log),
  },
  isolated('cut', 'between members', noNamespaces()),
  isolated('cut-redis', 'between members with Redis', noNamespaces() ?? noRedis),
  isolated('power', 'without power', noNamespaces()),
];

/** A part for which each server has a network of its own. */
function isolated(scene: string, name: string, missing: string | undefined): FailoverPart {
  return { scene, name, missing, play: ({ log, short }) => playIsolated(scene, eachOn(short), log) };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const isolate = fileURLToPath(new URL('../../interop/isolation/testing/run-isolated.ts', import.meta.url));
const inside = fileURLToPath(new URL('./isolated-process.ts', import.meta.url));

/** In a network of its own, in which another process plays. */
async function playIsolated(scene: string, each: number, log: (line: string) => void): Promise<Findings> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-failover-'));
  try {
    const report = join(directory, 'findings.json');
    const node = ['--conditions=@entente/source', '--import', 'tsx'];
    const play = [process.execPath, ...node, inside, scene, `${each}`, report];
    await using playing = spawnTied(process.execPath, [...node, isolate, ...play], { cwd: root });
    const { stderr, stdout } = playing.process;
    stdout?.resume();
    if (stderr !== null) createInterface({ input: stderr }).on('line', log);
    const [status] = await once(playing.process, 'close');
    if (status !== 0) throw new Error(`the scene ${scene} ended with status ${status}`);
    return JSON.parse(await readFile(report, 'utf8')) as Findings;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
