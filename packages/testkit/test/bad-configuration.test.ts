import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Network, startNetwork } from '@entente/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs an app until it ends by itself. */
function run(
  app: string,
  configFile: string,
  ...more: readonly string[]
): Promise<{ status: number | null; words: string; said: string }> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@entente/source',
      '--import',
      'tsx',
      `apps/${app}/src/bin.ts`,
      '--config',
      configFile,
      ...more,
    ],
    { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, words, said })));
}

function expectFault(outcome: { status: number | null; words: string }, place: string, code: string): void {
  expect(outcome.words).toContain(place);
  expect(outcome.words).toContain(code);
  expect(outcome.words.trim().split('\n'), 'one sentence').toHaveLength(1);
  expect(outcome.words, 'no stack trace').not.toMatch(/\n\s+at /);
  expect(outcome.status).toBe(2);
}

describe('bad configuration ends an app with one sentence, the place, the remedy and exit status 2', () => {
  let network: Network;
  let folder: string;
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
    folder = await mkdtemp(join(tmpdir(), 'entente-bad-'));
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const configOf = async (name: string): Promise<Record<string, unknown>> =>
    parse(await readFile(join(network.directory, name), 'utf8')) as Record<string, unknown>;
  const write = async (name: string, config: object): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, stringify(config));
    return file;
  };

  for (const app of ['authority-server', 'pool-server', 'demo-client']) {
    it(`${app}: a configuration file that does not exist`, async () => {
      const file = join(folder, 'missing.yaml');
      expectFault(await run(app, file), file, 'ENTENTE_CONFIG_MISSING');
    });

    it(`${app}: an unknown field`, async () => {
      const file = await write(`${app}-unknown.yaml`, { lisen: 5061 });
      expectFault(await run(app, file), `${file}:1:1`, 'ENTENTE_CONFIG_UNKNOWN_FIELD');
    });
  }

  it('--check-config finds the same, and nothing in what runs', async () => {
    const good = join(network.directory, 'fe1.contoso.example.yaml');
    expect(await run('pool-server', good, '--check-config')).toEqual({
      status: 0,
      words: '',
      said: `entente-pool-server: ${good}: the configuration is valid\n`,
    });
    const unknown = await write('check-unknown.yaml', { lisen: 5061 });
    for (const app of ['authority-server', 'edge-server'])
      expectFault(
        await run(app, unknown, '--check-config'),
        `${unknown}:1:1`,
        'ENTENTE_CONFIG_UNKNOWN_FIELD',
      );
    const plugin = await write('check-plugin.yaml', {
      ...(await configOf('fe1.contoso.example.yaml')),
      plugins: [{ use: './missing.js' }],
    });
    expectFault(
      await run('pool-server', plugin, '--check-config'),
      './missing.js',
      'ENTENTE_PLUGIN_NOT_FOUND',
    );
    const address = await write('check-public.yaml', {
      ...(await configOf('fe1.contoso.example.yaml')),
      management: { port: 9100, address: '0.0.0.0' },
    });
    expectFault(await run('pool-server', address, '--check-config'), address, 'ENTENTE_CONFIG_INVALID');
    const external = { certificate: 'missing.pem', key: 'missing.key' };
    const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
    const edge = await write('check-edge.yaml', { ...config, external });
    expectFault(await run('edge-server', edge, '--check-config'), 'missing.pem', 'ENTENTE_FILE_UNREADABLE');
  });

  it('pool-server: a file that the configuration names and that does not exist', async () => {
    const users = join(folder, 'no-users.yaml');
    const file = await write('no-users-config.yaml', {
      ...(await configOf('fe1.contoso.example.yaml')),
      users,
    });
    const outcome = await run('pool-server', file);
    expectFault(outcome, users, 'ENTENTE_CONFIG_MISSING');
    expect(outcome.words).toContain('correct "users"');
    expect(outcome.words).not.toContain('--config');
  });

  it('edge-server: a front end of the topology, before a certificate is requested for it', async () => {
    const directory = join(folder, 'front-end');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true });
    const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
    const file = await write('front-end.yaml', { ...config, directory });
    const outcome = await run('edge-server', file);
    expectFault(outcome, 'the topology', 'ENTENTE_NOT_AN_EDGE');
    expect(outcome.words).toContain('fe1.contoso.example as front-end');
  });

  it('pool-server: a key that does not fit the certificate', async () => {
    const directory = join(folder, 'mismatch');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true });
    await cp(join(network.directory, 'fe2.contoso.example', 'tls.key'), join(directory, 'tls.key'));
    const file = await write('mismatch.yaml', { ...(await configOf('fe1.contoso.example.yaml')), directory });
    expectFault(await run('pool-server', file), join(directory, 'tls.key'), 'ENTENTE_KEY_MISMATCH');
  });

  it('pool-server: a port in use', async () => {
    const directory = join(folder, 'port');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true });
    const file = await write('port.yaml', { ...(await configOf('fe1.contoso.example.yaml')), directory });
    const port = network.organisation.frontEnds[0]?.port;
    expectFault(await run('pool-server', file), `127.0.0.1:${port}`, 'ENTENTE_LISTEN_FAILED');
  });

  it('authority-server: a port in use', async () => {
    const directory = join(folder, 'authority');
    // Node copies no sockets.
    const filter = (from: string): boolean => !from.endsWith('.sock');
    await cp(join(network.directory, 'authority'), directory, { recursive: true, filter });
    const file = await write('authority.yaml', { ...(await configOf('ca.contoso.example.yaml')), directory });
    const port = network.organisation.authority.httpsPort;
    expectFault(await run('authority-server', file), `127.0.0.1:${port}`, 'ENTENTE_LISTEN_FAILED');
  });
});
