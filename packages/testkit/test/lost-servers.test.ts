import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { type Federation, startFederation } from '@entente/testkit/repository';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callingAgent } from './calling-agent.ts';

type Agent = Awaited<ReturnType<typeof callingAgent>>;

/** Kills a server, which gets no chance to say or write anything. */
async function kill(server: AppProcess): Promise<void> {
  process.kill(server.pid, 'SIGKILL');
  await server.stop();
}

/** Sets two calls up, one begun by each side. @returns the first as its caller has it, the second as the called side has it */
async function callBothWays(one: Agent, other: Agent) {
  const byOne = await one.call(other.address);
  const before = one.calls.length;
  const byOther = await other.call(one.address);
  await expect.poll(() => one.calls.length).toBe(before + 1);
  return { byOne, heard: other.calls.at(-1)!, byOther, heardByOne: one.calls.at(-1)! };
}

describe('a front end that is killed and then removed from the topology', () => {
  let network: Network;
  const agents: Agent[] = [];
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
  });
  afterAll(async () => {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it('has vouched for nobody, and who has registered at another one since is reached as before', async () => {
    const [home, lost] = network.organisation.frontEnds.map(({ port }) => port) as [number, number];
    const [left, removed] = network.frontEnds as [AppProcess, AppProcess];
    const agent = async (name: string, ports: readonly number[]) => {
      const started = await callingAgent(network, name, ports);
      agents.push(started);
      expect((await started.agent.register()).status).toBe(200);
      return started;
    };
    const carol = await agent('carol', [home]);
    const alice = await agent('alice', [lost, home]);
    await agent('bob', [lost]);
    await kill(removed);
    await expect.poll(() => alice.port).toBe(home);
    expect(left.records.some(({ event }) => event === 'registrations-not-believed')).toBe(false);
    const path = join(network.directory, left.name, 'topology.json');
    const { document } = JSON.parse(await readFile(path, 'utf8')) as { document: TopologyDocument };
    await network.administrator.publish({
      ...document,
      version: document.version + 1,
      previous: topologyHash(document),
      servers: document.servers.filter(({ fqdn }) => fqdn !== removed.name),
      users: Object.fromEntries(
        Object.entries(document.users ?? {}).map(([aor, at]) => [aor, at === removed.name ? left.name : at]),
      ),
    });
    const dropped = await left.waitFor(
      'registrations that are not believed any more',
      ({ event }) => event === 'registrations-not-believed',
    );
    expect(dropped.count, 'bob alone, whose client is nowhere').toBe(1);
    const call = await carol.call(alice.address);
    expect((await call.hangUp()).status).toBe(200);
  });
});

describe('an edge of a pool that is killed while people outside talk with people inside', () => {
  let federation: Federation;
  const agents: Agent[] = [];
  beforeAll(async () => {
    federation = await startFederation({ clients: [], hasEdgePool: true });
  });
  afterAll(async () => {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    await federation?.[Symbol.asyncDispose]();
  });

  const agent = async (network: Network, name: string, ports: readonly number[]) => {
    const started = await callingAgent(network, name, ports);
    agents.push(started);
    expect((await started.agent.register()).status).toBe(200);
    return started;
  };

  it('ends no call: neither those of its own clients, nor those with a partner', async () => {
    const { contoso, fabrikam } = federation;
    const { edge, frontEnds, secondEdge } = contoso.organisation;
    const alice = await agent(contoso, 'alice', [frontEnds[0]!.port]);
    const erin = await agent(contoso, 'erin', [edge.externalPorts.clients, secondEdge.externalPorts.clients]);
    const bob = await agent(fabrikam, 'bob', [fabrikam.organisation.frontEnds[1]!.port]);
    const own = await callBothWays(alice, erin);
    const foreign = await callBothWays(alice, bob);
    await kill(contoso.edges[0]!);

    // A request that comes earlier waits five seconds for the client, which a busy machine may not hold.
    await expect.poll(() => erin.port).toBe(secondEdge.externalPorts.clients);
    expect((await own.byOne.hangUp()).status).toBe(200);
    expect(await own.heard.ended).toBe('remote');
    expect((await own.byOther.hangUp()).status).toBe(200);
    expect(await own.heardByOne.ended).toBe('remote');
    expect((await foreign.byOne.hangUp()).status).toBe(200);
    expect(await foreign.heard.ended).toBe('remote');
    expect((await foreign.byOther.hangUp()).status).toBe(200);
    expect(await foreign.heardByOne.ended).toBe('remote');
  });
});
