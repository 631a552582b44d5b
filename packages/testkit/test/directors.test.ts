import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBothWays, callingAgent } from './calling-agent.ts';

type Agent = Awaited<ReturnType<typeof callingAgent>>;

/** What a server has finished, by the methods of the requests that it received. */
function received({ records }: AppProcess, from: ReadonlySet<object> = new Set()): readonly string[] {
  return records
    .filter((record) => !from.has(record) && record.event === 'transaction' && record.role === 'server')
    .map(({ method, server }) => `${String(method)} ${String(server ?? 'client')}`);
}

/** Which servers of these have received a request from one of those. */
function hasReceived(servers: readonly AppProcess[], method: string, from: readonly AppProcess[]): boolean {
  return servers.some((server) => from.some(({ name }) => received(server).includes(`${method} ${name}`)));
}

describe('an organisation with two directors behind its edge', () => {
  let network: Network;
  const agents: Agent[] = [];
  beforeAll(async () => {
    const logLevel = 'debug';
    network = await startNetwork({
      clients: [],
      partners: [],
      hasDirectors: true,
      frontEndConfig: { logLevel },
    });
  });
  afterAll(async () => {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  const outside = async (name: string, password?: string) => {
    const { clients } = network.organisation.edge.externalPorts;
    const as = { isOutside: true, ...(password === undefined ? {} : { password }) };
    const started = await callingAgent(network, name, [clients], as);
    agents.push(started);
    return started;
  };
  const inside = async (name: string) => {
    const [home] = network.organisation.frontEnds;
    const started = await callingAgent(network, name, [home?.port as number]);
    agents.push(started);
    return started;
  };
  let erin: Agent;
  let alice: Agent;

  it('lets no byte of a wrong password reach a front end, and stops who guesses', async () => {
    const guesser = await outside('carol', 'not-the-password');
    const answers: number[] = [];
    for (let guess = 0; guess < 8; guess++) answers.push((await guesser.agent.register()).status);
    expect(answers).not.toContain(200);
    // The line may come after the answer.
    const refusing = () =>
      network.directors.filter(({ records }) => records.some(({ reason }) => reason === 'too-many-attempts'));
    await expect.poll(() => refusing().length).toBeGreaterThan(0);
    for (const frontEnd of network.frontEnds)
      expect(received(frontEnd).filter((line) => line.startsWith('REGISTER'))).toEqual([]);
  });

  it('registers an external user over a director alone', async () => {
    erin = await outside('erin');
    alice = await inside('alice');
    expect((await erin.agent.register()).status).toBe(200);
    expect((await alice.agent.register()).status).toBe(200);
    expect(hasReceived(network.frontEnds, 'REGISTER', network.directors)).toBe(true);
    expect(hasReceived(network.frontEnds, 'REGISTER', network.edges)).toBe(false);
  });

  it('carries messages, calls and BYE of either side over a director', async () => {
    expect((await erin.agent.message(alice.address, 'from outside')).status).toBe(200);
    expect((await alice.agent.message(erin.address, 'from inside')).status).toBe(200);
    await callBothWays(erin, alice);
    for (const method of ['MESSAGE', 'INVITE', 'INFO', 'BYE']) {
      expect(hasReceived(network.frontEnds, method, network.directors), method).toBe(true);
      expect(hasReceived(network.frontEnds, method, network.edges), method).toBe(false);
    }
  });

  it('goes on where one of the directors is killed, in dialogs and outside of them, in both directions', async () => {
    const [first, second] = network.directors as [AppProcess, AppProcess];
    const before = alice.calls.length;
    const call = await erin.call(alice.address);
    await expect.poll(() => alice.calls.length).toBe(before + 1);
    const heard = alice.calls.at(-1)!;
    const byAlice = await alice.call(erin.address);
    const used = network.frontEnds.flatMap((frontEnd) => received(frontEnd));
    const killed = used.some((line) => line === `INVITE ${first.name}`) ? first : second;
    process.kill(killed.pid, 'SIGKILL');
    await killed.stop();
    // Within seconds the others know that it is gone.
    const goesOn = async (from: typeof alice, to: typeof alice) =>
      expect.poll(async () => (await from.agent.message(to.address, 'after it')).status).toBe(200);
    await goesOn(erin, alice);
    await goesOn(alice, erin);
    expect((await call.hangUp()).status).toBe(200);
    expect(await heard.ended).toBe('remote');
    expect((await byAlice.hangUp()).status).toBe(200);
    expect((await erin.agent.register()).status).toBe(200);
    expect(hasReceived(network.frontEnds, 'REGISTER', network.edges)).toBe(false);
  });
});
