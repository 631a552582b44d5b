import { writeFile } from 'node:fs/promises';
import { startRedis } from '@entente/testkit/redis';
import { Bench, type Measure } from '../suite.ts';
import { loseBehindEdges } from './edge-in-front.ts';
import type { Scene } from './front-end-lost.ts';
import { cutLink } from './link-cut.ts';
import { createMemberNetworks, type MemberNetworks } from './namespaces.ts';
import { runScene } from './run-scene.ts';

// Plays in the network of this process, which is its own: `isolated-process.ts SCENE short|whole REPORT`.
const [which = '', howMuch = '', report = ''] = process.argv.slice(2);
const memberCount = 3;
const edgeCount = 2;
const newcomers = 4;

const scenes: Readonly<Record<string, Measure>> = {
  async cut(bench) {
    using networks = await createMemberNetworks(memberCount);
    const { places } = networks;
    await runScene(bench, { newcomers, name: 'between members', places }, cutting(networks));
  },
  async 'cut-redis'(bench) {
    await using redis = await startRedis();
    using networks = await createMemberNetworks(memberCount);
    await networks.forward(redis.place.port, redis.socket);
    const { places } = networks;
    const options = { newcomers, name: 'between members with Redis', places, redis: redis.place };
    await runScene(bench, options, cutting(networks));
  },
  async power(bench) {
    using networks = await createMemberNetworks(memberCount + edgeCount);
    const places = networks.places.slice(0, memberCount);
    const edges = networks.places.slice(memberCount);
    await runScene(bench, { newcomers, name: 'without power', places, edges }, loseBehindEdges);
  },
};

const play = scenes[which];
if (play === undefined) throw new Error(`there is no scene ${which}`);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const bench = new Bench({ seconds: 1, short: howMuch === 'short', commit: false, write: undefined, log });
await play(bench);
const { invalid, results } = bench;
await writeFile(report, JSON.stringify({ invalid, results }));

function cutting(networks: MemberNetworks): (scene: Scene) => Promise<void> {
  return (scene) => cutLink(scene, { cut: () => networks.cut(0, 1), heal: () => networks.heal(0, 1) });
}
