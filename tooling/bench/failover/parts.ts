import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { spawnTied } from '@entente/testkit/repository';
import { type Bench, type Measure, temporaryFolder } from '../suite.ts';
import { loseBehindEdges } from './edge-in-front.ts';
import { loseFrontEnd } from './front-end-lost.ts';
import { noNamespaces } from './namespaces.ts';
import { loopbackPlaces } from './pool.ts';
import { loseRoles } from './roles-lost.ts';
import { runScene } from './run-scene.ts';
import { loseStore } from './store-lost.ts';

const places = loopbackPlaces(3);

/** A front end, a store, an edge, a link or the power of a machine is lost, each while users are registered and talk; each part has a pool of its own. */
export const failoverParts: Readonly<Record<string, Measure>> = {
  kill: (bench) => runScene(bench, { name: 'without a store', places, newcomers: 5 }, loseFrontEnd),
  redis: unless(noRedis, 'with Redis', async (bench) => {
    await using redis = await startRedis();
    const options = { name: 'with Redis', places, redis: redis.place, newcomers: bench.short ? 30 : 150 };
    await runScene(bench, options, async (scene) => {
      await loseFrontEnd(scene);
      await loseStore(scene, redis);
    });
  }),
  edges: (bench) => {
    const edges = loopbackPlaces(2, 61);
    return runScene(bench, { name: 'behind edges', places, edges, newcomers: 0 }, loseBehindEdges);
  },
  roles: loseRoles,
  cut: unless(noNamespaces(), 'between members', isolated('cut')),
  'cut-redis': unless(noNamespaces() ?? noRedis, 'between members with Redis', isolated('cut-redis')),
  power: unless(noNamespaces(), 'without power', isolated('power')),
};

/** @param missing - what a part takes and is not here, as a sentence without its end; undefined when all is there */
function unless(missing: string | undefined, name: string, measure: Measure): Measure {
  return missing === undefined ? measure : (bench) => void bench.skipped.push(`${name}: ${missing}`);
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const isolate = fileURLToPath(new URL('../../interop/isolation/testing/run-isolated.ts', import.meta.url));
const inside = fileURLToPath(new URL('./isolated-process.ts', import.meta.url));

/** A part for which each server has a network of its own: another process plays it, in a network of its own. */
function isolated(scene: string): Measure {
  return async (bench) => {
    await using directory = await temporaryFolder('failover');
    const report = join(directory.path, 'findings.json');
    const node = ['--conditions=@entente/source', '--import', 'tsx'];
    const play = [process.execPath, ...node, inside, scene, bench.short ? 'short' : 'whole', report];
    await using playing = spawnTied(process.execPath, [...node, isolate, ...play], { cwd: root });
    const { stderr, stdout } = playing.process;
    stdout?.resume();
    if (stderr !== null) createInterface({ input: stderr }).on('line', bench.log);
    const [status] = await once(playing.process, 'close');
    if (status !== 0) throw new Error(`the scene ${scene} ended with status ${status}`);
    const found = JSON.parse(await readFile(report, 'utf8')) as Pick<Bench, 'invalid' | 'results'>;
    bench.invalid.push(...found.invalid);
    bench.results.push(...found.results);
  };
}
