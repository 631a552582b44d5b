import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('front ends that are told to stop while a call is being set up', () => {
  let network: Network;
  beforeAll(async () => {
    network = await startNetwork({
      clients: ['alice', 'bob', 'carol'],
      frontEndConfig: { management: { port: 0 } },
    });
  });
  afterAll(() => network?.[Symbol.asyncDispose]());

  /** What a front end says of itself. */
  async function ask(frontEnd: AppProcess, path: string): Promise<{ status: number; text: string }> {
    const { at } = await frontEnd.waitFor('where it is managed', ({ event }) => event === 'management');
    const response = await fetch(`http://${at}${path}`);
    return { status: response.status, text: await response.text() };
  }

  it('say before that they are ready, and count what they do', async () => {
    for (const frontEnd of network.frontEnds) {
      expect(await ask(frontEnd, '/healthz')).toEqual({ status: 200, text: '{"status":"ok"}\n' });
      expect((await ask(frontEnd, '/readyz')).status).toBe(200);
    }
    const texts = await Promise.all(network.frontEnds.map((frontEnd) => ask(frontEnd, '/metrics')));
    const registers = texts.map(
      ({ text }) => /^entente_sip_requests_total\{method="REGISTER"\} (\d+)$/m.exec(text)?.[1],
    );
    // Each client is challenged once; the servers of a pool pass registrations on to the home of the user.
    expect(registers.reduce((sum, count) => sum + Number(count), 0)).toBeGreaterThanOrEqual(6);
    expect(texts[0]?.text).toContain('\nentente_ready 1\n');
  });

  it('take over the level of the log on SIGHUP, and then each transaction has a line; a file that is not valid changes nothing', async () => {
    const [frontEnd] = network.frontEnds as [AppProcess];
    const file = join(network.directory, `${frontEnd.name}.yaml`);
    const config = await readFile(file, 'utf8');
    const reload = async (text: string, event: string) => {
      await writeFile(file, text);
      process.kill(frontEnd.pid, 'SIGHUP');
      return frontEnd.waitFor('what came of it', (record) => record.event === event);
    };
    const failed = await reload(`${config}\nlisen: 1\n`, 'reload-failed');
    expect(failed).toMatchObject({ level: 50, code: 'ENTENTE_CONFIG_UNKNOWN_FIELD' });
    const reloaded = await reload(`${config}\nlogLevel: debug\nmaxBytesInFlight: 16777216\n`, 'reloaded');
    expect(reloaded).toMatchObject({ changed: ['logLevel'], needRestart: ['maxBytesInFlight'] });
    const home = network.user(frontEnd.name === network.user('alice').user.home ? 'alice' : 'bob');
    await home.message(`sip:${network.user('carol').user.address}`, 'hello');
    const line = await frontEnd.waitFor('a transaction', ({ event }) => event === 'transaction');
    expect(line).toMatchObject({ level: 20, method: 'MESSAGE', callId: expect.any(String) });
    expect(new Date(String(line.time)).toISOString()).toBe(line.time);
  });

  it('move clients that do nothing away, finish the call, and say that they have stopped', async () => {
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => network.user(name)) as [
      User,
      User,
      User,
    ];
    // The client receives the INVITE, and answers once it goes on.
    process.kill(bob.process.pid, 'SIGSTOP');
    const call = alice.call(`sip:${bob.user.address}`);
    const home = network.frontEnds.find(({ name }) => name === bob.user.home) as AppProcess;
    const invites = 'entente_sip_requests_total{method="INVITE"} 1\n';
    await expect.poll(async () => (await ask(home, '/metrics')).text).toContain(invites);
    for (const frontEnd of network.frontEnds) process.kill(frontEnd.pid, 'SIGTERM');
    await carol.process.waitFor('the end of the connection', ({ event }) => event === 'disconnected');
    // That client may have been at the other one, which heard of its end first.
    const stopping = { status: 503, text: '{"status":"stopping"}\n' };
    await expect.poll(() => ask(home, '/readyz')).toEqual(stopping);
    expect(home.records.map(({ event }) => event)).not.toContain('stopped');
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
