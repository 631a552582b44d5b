import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AppProcess, type Network, startNetwork } from '@entente/testkit';
import { startApp } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callingAgent } from './calling-agent.ts';

const example = fileURLToPath(new URL('../../../examples/plugin-sqlite-locations/', import.meta.url));
const run = promisify(execFile);

describe('a store of locations from outside, installed with npm beside the configurations of a pool', () => {
  let directory: string;
  let file: string;
  let network: Network;
  const parts: AsyncDisposable[] = [];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-plugin-'));
    file = join(directory, 'locations.db');
    const { stdout } = await run('npm', ['pack', example, '--silent'], { cwd: directory });
    // A package.json of its own, or npm would install into a folder above that has one.
    await writeFile(join(directory, 'package.json'), '{ "private": true }');
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
    await run('npm', ['install', ...quiet, join(directory, stdout.trim())], { cwd: directory });
    network = await startNetwork({
      directory,
      clients: [],
      frontEndConfig: { plugins: [{ use: 'entente-plugin-sqlite-locations', config: { file } }] },
    });
  });
  afterAll(async () => {
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** Registers a new device of a user at one server. @returns every contact of the user, as the server lists them */
  async function register(name: string, port: number) {
    const agent = await callingAgent(network, name, [port]);
    parts.push(agent);
    const response = await agent.agent.register();
    expect(response.status).toBe(200);
    return { agent, contacts: response.contacts.map(({ uriText }) => uriText) };
  }

  it('has one server of the pool find what was registered at the other', async () => {
    const [one, two] = network.organisation.frontEnds.map(({ port }) => port) as [number, number];
    const first = await register('carol', one);
    const second = await register('carol', two);
    expect(first.contacts).toHaveLength(1);
    expect(second.contacts).toHaveLength(2);
    expect(second.contacts).toEqual(expect.arrayContaining(first.contacts));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('finds a registration again after every server was killed and started again', async () => {
    const [port] = network.organisation.frontEnds.map((one) => one.port) as [number];
    const before = await register('alice', port);
    for (const server of network.frontEnds) {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    }
    // Its device has gone while nobody could see it go.
    await before.agent[Symbol.asyncDispose]();
    const again = await Promise.all(
      network.frontEnds.map(({ name }) =>
        startApp('pool-server', { name, configFile: join(network.directory, `${name}.yaml`) }),
      ),
    );
    parts.push(...(again as readonly AppProcess[]));
    const { contacts } = await register('alice', port);
    expect(contacts).toHaveLength(2);
    expect(contacts).toEqual(expect.arrayContaining(before.contacts));
  });
});
