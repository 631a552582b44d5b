import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  installMisbehaving,
  type MisbehavingPort,
  type Mood,
  misbehavingPorts,
} from './misbehaving-plugins.ts';

const ports = Object.keys(misbehavingPorts) as MisbehavingPort[];
/** The one that hangs is the last one: it is over when its calls have failed. */
const moods: readonly Mood[] = ['throws', 'floods', 'leaks', 'hangs'];

describe('a pool whose plugins misbehave', () => {
  let directory: string;
  let network: Network;
  let plugins: ReturnType<typeof installMisbehaving>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-misbehaving-'));
    plugins = installMisbehaving(directory);
    network = await startNetwork({
      directory,
      clients: ['alice', 'carol'],
      frontEndConfig: { plugins: plugins.plugins },
    });
    // Each server has seen where they are.
    await talk();
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** How often something has happened to the plugin of a port, at any server. */
  const count = (port: MisbehavingPort, event: string) =>
    network.frontEnds
      .flatMap(({ records }) => records)
      .filter((one) => one.event === event && one.plugin === `misbehaving-${port}`).length;

  let sent = 0;
  /** Two messages, one in each direction; the one to nobody is a line for the exporter. */
  async function talk(): Promise<void> {
    const [alice, carol] = [network.user('alice'), network.user('carol')];
    const text = `message ${++sent}`;
    const [there, back, nowhere] = await Promise.all([
      alice.message(`sip:${carol.user.address}`, text),
      carol.message(`sip:${alice.user.address}`, text),
      alice.message('sip:nobody@contoso.example', text),
    ]);
    expect([there.status, back.status, nowhere.status]).toEqual([200, 200, 480]);
    await Promise.all([carol.received(text), alice.received(text)]);
  }

  /** Lets users talk until something has happened to the plugin of a port. */
  async function talkUntil(port: MisbehavingPort, event: string, times: number): Promise<void> {
    while (count(port, event) < times) await talk();
  }

  // They do it at the same time: the users talk through all of it.
  it.concurrent.each(ports)(
    'delivers every message while its plugin for %s throws, floods the log, leaks memory and never ends its turn',
    async (port) => {
      let stops = 0;
      for (const mood of moods) {
        const failures = count(port, 'plugin-failed');
        plugins.tell(port, mood);
        if (mood === 'throws' || mood === 'hangs') await talkUntil(port, 'plugin-failed', failures + 1);
        else {
          await talkUntil(port, 'plugin-stopped', ++stops);
          await talkUntil(port, 'plugin-started', stops);
        }
      }
      await talk();
    },
  );

  it('leaves no process of a plugin behind when a server is killed, though one of them never ends its turn', async () => {
    const [server] = network.frontEnds as [AppProcess];
    const pidsOf = (port: MisbehavingPort) =>
      server.records
        .filter(({ event, plugin }) => event === 'up' && plugin === `misbehaving-${port}`)
        .map(({ pid }) => pid as number);
    let told: number | undefined;
    const hangs = () => {
      const newest = pidsOf('locations').at(-1) as number;
      if (newest !== told) plugins.tell('locations', 'hangs', newest);
      told = newest;
      return plugins.hasRead('locations', newest);
    };
    // The server has it forget each second what has expired; one that hung before is started again first.
    await expect.poll(hangs).toBe(true);
    const pids = ports.flatMap(pidsOf);
    expect(pids.length).toBeGreaterThanOrEqual(ports.length);
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

/** One that has ended, and that nobody has waited for, does not run. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  if (stat !== undefined) return !/\) [ZX] /.test(stat);
  try {
    return process.platform !== 'linux' && process.kill(pid, 0);
  } catch {
    return false;
  }
}
