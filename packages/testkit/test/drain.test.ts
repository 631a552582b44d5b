import { type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('front ends that are told to stop while a call is being set up', () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork({ clients: ['alice', 'bob', 'carol'] });
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  it('move clients that do nothing away, finish the call, and say that they have stopped', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => network.user(name)) as [
      User,
      User,
      User,
    ];
    // The client receives the INVITE, and answers once it goes on.
    process.kill(bob.process.pid, 'SIGSTOP');
    const call = alice.call(`sip:${bob.user.address}`);
    await alice.process.waitFor('a provisional answer', ({ event }) => event === 'progress');
    for (const frontEnd of network.frontEnds) process.kill(frontEnd.pid, 'SIGTERM');
    await carol.process.waitFor('the end of the connection', ({ event }) => event === 'disconnected');
    expect(network.frontEnds.map(({ records }) => records.some(({ event }) => event === 'stopped'))).toEqual(
      network.frontEnds.map(() => false),
    );
    process.kill(bob.process.pid, 'SIGCONT');
    expect((await call).status).toBe(200);
    for (const frontEnd of network.frontEnds) {
      const stopped = await frontEnd.waitFor('its end', ({ event }) => event === 'stopped');
      expect(stopped).toMatchObject({ level: 30, outcome: 'drained', closed: true, source: frontEnd.name });
    }
    for (const { process } of [alice, bob])
      await process.waitFor('the end of the connection', ({ event }) => event === 'disconnected');
  });
});

type User = ReturnType<Network['user']>;
