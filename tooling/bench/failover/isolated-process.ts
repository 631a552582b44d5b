import { writeFile } from 'node:fs/promises';
import { startRedis } from '@entente/testkit/redis';
import { loseBehindEdges } from './edge-in-front.ts';
import type { FindingsRecord } from './findings.ts';
import type { Scene } from './front-end-lost.ts';
import { cutLink } from './link-cut.ts';
import { createMemberNetworks, type MemberNetworks } from './namespaces.ts';
import { runScene } from './run-scene.ts';

// Plays in the network of this process, which is its own: `isolated-process.ts SCENE USERS REPORT`.
const [which = '', each = '', report = ''] = process.argv.slice(2);
const memberCount = 3;
const edgeCount = 2;
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const common = { each: Number(each), newcomers: 4, log };

const scenes: Readonly<Record<string, () => Promise<FindingsRecord>>> = {
  async cut() {
    using networks = await createMemberNetworks(memberCount);
    return await runScene({ ...common, name: 'between members', places: networks.places }, cutting(networks));
  },
  async 'cut-redis'() {
    await using redis = await startRedis();
    using networks = await createMemberNetworks(memberCount);
    await networks.forward(redis.place.port, redis.socket);
    const options = { ...common, name: 'between members with Redis', places: networks.places };
    return await runScene({ ...options, redis: redis.place }, cutting(networks));
  },
  async power() {
    using networks = await createMemberNetworks(memberCount + edgeCount);
    const places = networks.places.slice(0, memberCount);
    const edges = networks.places.slice(memberCount);
    return await runScene({ ...common, name: 'without power', places, edges }, loseBehindEdges);
  },
};

const play = scenes[which];
if (play === undefined) throw new Error(`there is no scene ${which}`);
const { broken, results } = await play();
await writeFile(report, JSON.stringify({ broken, results }));

function cutting(networks: MemberNetworks): (scene: Scene) => Promise<void> {
  return (scene) => cutLink(scene, { cut: () => networks.cut(0, 1), heal: () => networks.heal(0, 1) });
}
