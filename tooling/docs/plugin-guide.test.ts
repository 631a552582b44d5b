import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPlugins, type Logger, loadPlugins, pluginsConfig } from '@entente/host';
import { type NamedPolicy, policiesOfPlugins } from '@entente/sip-relay';
import { requestPolicyPort } from '@entente/sip-relay/request-policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { acceptedPorts as atAuthority } from '../../apps/authority-server/src/create-authority-server.ts';
import { acceptedPorts as atChatServer } from '../../apps/chat-room-server/src/create-chat-room-server.ts';
import { acceptedPorts as atEdge } from '../../apps/edge-server/src/create-edge-server.ts';
import { acceptedPorts as atPoolServer } from '../../apps/pool-server/src/create-pool-server.ts';
import { servedRoles } from '../../apps/pool-server/src/roles/served-roles.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/guides/write-a-plugin.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code = '']) => ({
  language,
  code,
}));
const [manifest = '', module = '', suite = '', network = '', configuration = ''] = blocks.map(
  ({ code }) => code,
);

describe('the guide to plugins', () => {
  let folder: string;
  let home: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-plugin-guide-'));
    home = join(folder, 'node_modules', 'entente-plugin-plain-text');
    mkdirSync(join(home, 'node_modules/@entente'), { recursive: true });
    writeFileSync(join(home, 'package.json'), manifest);
    writeFileSync(join(home, 'index.js'), module);
    writeFileSync(join(home, 'suite.test.js'), suite);
    writeFileSync(join(home, 'network.test.js'), network);
    for (const name of ['sip-relay', 'testkit'])
      symlinkSync(join(root, 'packages', name), join(home, 'node_modules/@entente', name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the blocks that are executed here, and no other', () => {
    expect(blocks.map(({ language }) => language)).toEqual(['json', 'js', 'js', 'js', 'yaml']);
  });

  it('writes a plugin that a server loads with the configuration of the page, and that refuses what it says', async () => {
    const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
    const plugins = pluginsConfig.parse((parse(configuration) as { plugins: unknown }).plugins);
    const options = { from: [folder], accepts: [requestPolicyPort], logger: silent };
    await checkPlugins({ ...options, plugins });
    const slow = plugins.map((one) => ({ ...one, timeLimitMs: 10_000 }));
    await using loaded = await loadPlugins({ ...options, plugins: slow });
    const [{ policy }] = policiesOfPlugins(loaded) as [NamedPolicy];
    const request = { method: 'MESSAGE', uri: '', from: '', to: '', body: 'hello' };
    const judge = (type: string) => policy.judge({ ...request, headers: { 'content-type': [type] } });
    expect(await judge('text/plain')).toBeUndefined();
    expect(await judge('text/html')).toEqual({ sentence: 'expected text/plain, found text/html' });
  });

  it('says which server takes which port, in which version, and that each runs in a process of its own', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d) +\| ([a-z, -]+?) +\|/gm)];
    const said = rows.map(([, port, version, servers = '']) => [
      port,
      Number(version),
      servers.split(', ').sort(),
    ]);
    const taken = atPoolServer.map(({ name, version }) => {
      const roles = Object.entries(servedRoles).filter(
        ([, { ports }]) => name === 'exporter' || ports.includes(name),
      );
      const others = { authority: atAuthority, 'trusted-application': atChatServer, edge: atEdge };
      const elsewhere = Object.entries(others).filter(([, ports]) =>
        ports.some((port) => port.name === name),
      );
      return [name, version, [...roles, ...elsewhere].map(([role]) => role).sort()];
    });
    expect(said.sort()).toEqual(taken.sort());
    for (const port of [...atPoolServer, ...atEdge, ...atAuthority, ...atChatServer])
      expect(port.process).toBe('own');
  });

  it.each([
    ['a test', 'suite.test.js'],
    ['a test in a network of its own', 'network.test.js'],
  ])('has %s that passes', (_what, file) => {
    const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
    const args = ['--conditions=@entente/source', '--import', tsx, '--test', '--test-reporter=tap', file];
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(NODE_OPTIONS$|VITEST|NODE_ENV$)/.test(name),
    );
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: home,
      env: Object.fromEntries(own),
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^# pass [1-9]/m);
  });
});
