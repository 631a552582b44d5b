import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageIdHeader } from '@entente/chat-room';
import { freePorts } from '@entente/testkit';
import { startApp } from '@entente/testkit/repository';
import { topologyHash } from '@entente/topology';
import { stringify } from 'yaml';
import { domain } from '../../scenarios/harness/authority-place.ts';
import { type FailoverPool, loopbackPlaces, startPool } from '../failover/pool.ts';
import { Crowd } from '../rooms/crowd.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';

const chat = `chat1.${domain}`;
const lobby = `lobby@${chat}`;
const room = `sip:${lobby}`;
/** What is sent before the kill. */
const messages = 10;

/**
 * A room of 1,000 members over two front ends: how long a message takes to the last of them, and what is left of acknowledged messages where
 * the chat server is killed while it delivers them. Each server is a process of its own.
 */
export const suite: BenchSuite = { name: 'rooms', onlyNamedInShort: true, measure };

async function measure(bench: Bench): Promise<void> {
  const { log } = bench;
  const count = bench.short ? 50 : 1_000;
  await using directory = await temporaryFolder('rooms');
  const users = ['alice', ...Array.from({ length: count }, (_, index) => `member${index}`)];
  await using pool = await startPool({ directory: directory.path, users, places: loopbackPlaces(2) });
  const start = await chatServer(pool, directory.path);
  let server = await start();
  try {
    log(`  ${count} members register …`);
    const { members: servers, password, trust } = pool;
    await using crowd = await Crowd.register(users, { password, servers, trust });
    const [alice, ...members] = crowd.members;
    if (alice === undefined) throw new Error('no author');
    const say = (text: string) => alice.agent.message(room, text);
    for (const { address } of members) {
      const { status } = await say(`/add ${address}`);
      if (status !== 200) throw new Error(`/add ${address}: ${status}`);
    }
    log('  one message …');
    const before = performance.now();
    const first = (await say('to all')).get(messageIdHeader) ?? '';
    const acknowledgedMs = performance.now() - before;
    await crowd.have(members, () => [first]);
    const lastMs = performance.now() - before;

    log(`  ${messages} messages, and a kill …`);
    const acknowledged: string[] = [];
    for (let sent = 0; sent < messages; sent++) {
      const answer = await say(`message ${sent}`);
      const id = answer.get(messageIdHeader);
      if (answer.status === 200 && id !== undefined) acknowledged.push(id);
    }
    const known = new Set(members.flatMap(({ ids }) => [...ids]));
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    server = await start();
    await crowd.have(members, () => acknowledged);
    const to = 'members, over two front ends';
    bench.figure(`a message to ${count} ${to}: the last has it`, lastMs / 1_000, 's', { aim: { atMost: 5 } });
    bench.figure('the same: its author has the 200', acknowledgedMs, 'ms');
    const delivered = 'acknowledged before the kill, and delivered to everybody';
    bench.figure(delivered, acknowledged.length, 'messages');
    bench.demand(known.size > 0, 'nothing was under way at the kill');
  } finally {
    await server.stop();
  }
}

/** Lists the chat server, and gives what starts it. */
async function chatServer(pool: FailoverPool, directory: string) {
  const { orders, topology } = pool;
  const [port = 0, validation = 0] = await freePorts(2);
  const address = '127.0.0.1';
  await orders.publish({
    ...topology,
    version: topology.version + 1,
    previous: topologyHash(topology),
    servers: [
      ...topology.servers,
      {
        fqdn: chat,
        role: 'trusted-application',
        interfaces: { internal: { address, ports: { sip: port, validation } } },
      },
    ],
  });
  await Promise.all(pool.members.map((member) => knows(member, topology.version + 1)));
  const configFile = join(directory, `${chat}.yaml`);
  const config = {
    fqdn: chat,
    directory: join(directory, chat),
    join: { token: await orders.joinToken(chat) },
    addresses: { [`ca.${domain}`]: address },
    rooms: [{ address: lobby, moderators: [`alice@${domain}`] }],
    maxMembers: 2_000,
    rate: { burst: 1_000, perSecond: 1_000 },
  };
  await writeFile(configFile, stringify(config), { mode: 0o600 });
  return () => startApp('chat-room-server', { name: chat, configFile });
}

/** Waits until a front end has a version of the topology in force. */
async function knows({ records }: FailoverPool['members'][number], version: number): Promise<void> {
  const has = () => records.some((record) => record.event === 'topology' && record.version === version);
  for (let looks = 0; !has() && looks < 600; looks++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  if (!has()) throw new Error(`version ${version} of the topology did not come`);
}
