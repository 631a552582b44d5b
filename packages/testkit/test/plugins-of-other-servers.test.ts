import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppProcess, type DemoUser, type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Writes a package beside the configurations of the servers. */
function install(directory: string, port: string, version: number, may: readonly string[], method: string) {
  const home = join(directory, 'node_modules', port);
  mkdirSync(home, { recursive: true });
  const entente = { apiVersion: 1, name: port, provides: { [port]: version }, may };
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: port, version: '1.0.0', type: 'module', exports: './index.js', entente }),
  );
  writeFileSync(
    join(home, 'index.js'),
    `import fs from 'node:fs';
    const port = { name: '${port}', version: ${version} };
    export const plugin = {
      name: '${port}', apiVersion: 1, requires: [], provides: [port],
      configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      setup: (scope, config) => scope.provide(port, { ${method} }),
    };`,
  );
}

describe('plugins of servers that are no front ends', () => {
  let directory: string;
  let exported: string;
  let network: Network;
  let outsider: DemoUser;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-plugins-'));
    exported = join(directory, 'exported');
    install(
      directory,
      'exporter',
      1,
      ['write-files'],
      "export({ records }) { fs.appendFileSync(config.file, records.map(({ source }) => source + '\\n').join('')); }",
    );
    install(
      directory,
      'request-policy',
      2,
      [],
      'judge({ body }) { return body.includes(config.word) ? { sentence: config.word } : undefined; }',
    );
    const exporter = { use: 'exporter', config: { file: exported }, timeLimitMs: 10_000 };
    const policy = (word: string) => ({ use: 'request-policy', config: { word }, timeLimitMs: 10_000 });
    network = await startNetwork({
      directory,
      clients: ['alice'],
      partners: [],
      hasDirectors: true,
      serverConfig: {
        authority: { plugins: [exporter] },
        director: { plugins: [exporter, policy('for-the-director')] },
        edge: { plugins: [exporter, policy('for-the-edge')] },
      },
    });
    const { address } = network.organisation.users.find(({ external }) => external) as { address: string };
    outsider = await network.startUser(address.split('@')[0] as string);
    await outsider.register();
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** Which servers have refused something for a reason that a plugin gave. */
  const refusing = (servers: readonly AppProcess[], word: string) =>
    servers.filter(({ records }) =>
      records.some(({ msg, reason }) => reason === 'refused-by-policy' && msg?.endsWith(word)),
    ).length;

  it('refuse a message of an outsider at the edge or at a director, and one to an outsider at the edge', async () => {
    const alice = network.user('alice');
    const inward = async (text: string) => (await outsider.message(`sip:${alice.user.address}`, text)).status;
    expect(await inward('see you at noon')).toBe(200);
    expect(await inward('for-the-edge')).toBe(403);
    expect(await inward('for-the-director')).toBe(403);
    const outward = await alice.message(`sip:${outsider.user.address}`, 'for-the-edge');
    expect(outward.status).toBe(403);
    await expect.poll(() => refusing(network.edges, 'for-the-edge')).toBe(1);
    await expect.poll(() => refusing(network.directors, 'for-the-director')).toBe(1);
    expect(refusing(network.edges, 'for-the-director')).toBe(0);
  });

  it('bring elsewhere what the authority, an edge and a director log', async () => {
    const sources = () => new Set(existsSync(exported) ? readFileSync(exported, 'utf8').split('\n') : []);
    for (const { name } of [network.authority, ...network.edges, ...network.directors])
      await expect.poll(() => [...sources()]).toContain(name);
  });
});
