import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFault } from '@entente/host';
import { type Network, startNetwork } from '@entente/testkit';
import type { TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { signedText } from '../src/network/administrator.ts';
import { repository, runnable } from '../src/network/runnable.ts';
import { needs } from '../src/process/skip-unless-installed.ts';

/** The modes of files stop the superuser too, where a program of the system takes that right away. */
const asUser =
  process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0
    ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search']
    : [];
const noSetpriv =
  process.getuid?.() === 0 && asUser.length === 0
    ? 'setpriv is not installed, and the superuser may write anywhere'
    : undefined;

/** Runs an app until it ends by itself. */
async function run(
  app: string,
  configFile: string,
  ...more: readonly string[]
): Promise<{ status: number | null; words: string; said: string }> {
  const program = await runnable(`apps/${app}/src/bin.ts`);
  const [command = '', ...args] = [...asUser, process.execPath, ...program, '--config', configFile, ...more];
  const child = spawn(command, args, {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

/** An app with a check of its own, beside its bin. */
type Checked = 'edge-server' | 'pool-server';

/** What an app does for `--check-config`, without a process of its own. */
async function check(app: Checked, configFile: string): Promise<{ status: number; words: string }> {
  const { checkConfig } = (await import(join(repository, `apps/${app}/src/check-config.ts`))) as {
    checkConfig(configFile: string): Promise<void>;
  };
  try {
    await checkConfig(configFile);
    return { status: 0, words: '' };
  } catch (error) {
    const fault = describeFault(error, configFile);
    if (fault === undefined) throw error;
    return { status: 2, words: `${fault.place}: ${fault.sentence}; ${fault.remedy} (${fault.code})` };
  }
}

function expectFault(outcome: { status: number | null; words: string }, place: string, code: string): void {
  expect(outcome.words).toContain(place);
  expect(outcome.words).toContain(code);
  expect(outcome.words.trim().split('\n'), 'one sentence').toHaveLength(1);
  expect(outcome.words, 'no stack trace').not.toMatch(/\n\s+at /);
  expect(outcome.status).toBe(2);
}

/** Node copies no sockets. */
const filter = (from: string): boolean => !from.endsWith('.sock');

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
    expectFault(await check('pool-server', plugin), './missing.js', 'ENTENTE_PLUGIN_NOT_FOUND');
    const address = await write('check-public.yaml', {
      ...(await configOf('fe1.contoso.example.yaml')),
      management: { port: 9100, address: '0.0.0.0' },
    });
    expectFault(await check('pool-server', address), address, 'ENTENTE_CONFIG_INVALID');
    const external = { certificate: 'missing.pem', key: 'missing.key' };
    const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
    const edge = await write('check-edge.yaml', { ...config, external });
    expectFault(await check('edge-server', edge), 'missing.pem', 'ENTENTE_FILE_UNREADABLE');
  });

  it.each<Checked>(['pool-server', 'edge-server'])(
    '%s: a join token that is none, with --check-config too',
    async (app) => {
      const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
      const file = await write(`${app}-token.yaml`, { ...config, join: { token: 'paste the token here' } });
      expectFault(await check(app, file), 'the join token', 'ENTENTE_MEMBER_TOKEN');
    },
  );

  it.each<Checked>(['pool-server', 'edge-server'])(
    '%s: a directory of no member and no join token, with --check-config too',
    async (app) => {
      const { join: _, users: _users, ...config } = await configOf('fe1.contoso.example.yaml');
      const file = await write(`${app}-no-token.yaml`, { ...config, directory: `${app}-empty` });
      const directory = join(folder, `${app}-empty`);
      for (const ends of [run, check])
        expectFault(await ends(app, file), directory, 'ENTENTE_MEMBER_NO_TOKEN');
      expect(existsSync(directory)).toBe(false);
    },
  );

  it('with --check-config: accounts in PostgreSQL without the files that they need, at a server with a CA of its own, or beside a file of users', async () => {
    const { users, ...config } = await configOf('fe1.contoso.example.yaml');
    const secret = await write('postgresql-password', {});
    await chmod(secret, 0o600);
    const postgresql = { host: 'db1.contoso.example', passwordFile: secret, ca: join(folder, 'no-ca.crt') };
    const refused = async (app: string, name: string, place: string, code: string, more: object) => {
      if (app === 'pool-server')
        return expectFault(await check(app, await write(name, { ...config, ...more })), place, code);
      const file = await write(name, { ...(await configOf('ca.contoso.example.yaml')), ...more });
      expectFault(await run(app, file, '--check-config'), place, code);
    };
    const bad = 'ENTENTE_ACCOUNTS_BAD_ARGUMENT';
    for (const app of ['pool-server', 'authority-server']) {
      await refused(app, `${app}-ca.yaml`, 'no-ca.crt', bad, { accounts: { postgresql } });
      const local = { host: '127.0.0.1', passwordFile: join(folder, 'no-password') };
      await refused(app, `${app}-password.yaml`, 'no-password', bad, { accounts: { postgresql: local } });
    }
    // A front end judges a server on another machine by the trust of the domain.
    const ca = await write('ca.crt', {});
    await refused('pool-server', 'own-ca.yaml', '"ca"', bad, {
      accounts: { postgresql: { ...postgresql, ca } },
    });
    await chmod(secret, 0o644);
    await refused('pool-server', 'exposed.yaml', secret, 'ENTENTE_PKI_SECRET_EXPOSED', {
      accounts: { postgresql: { host: '127.0.0.1', passwordFile: secret } },
    });
    await refused('pool-server', 'both.yaml', 'both.yaml', 'ENTENTE_CONFIG_INVALID', {
      users,
      accounts: { postgresql: { host: '/run/postgresql' } },
    });
  });

  it('pool-server: a file of users that others may read, with --check-config too', async () => {
    const users = await write('open-users.yaml', { users: [] });
    await chmod(users, 0o644);
    const config = { ...(await configOf('fe1.contoso.example.yaml')), users };
    const file = await write('open-users-config.yaml', config);
    for (const ends of [run, check])
      expectFault(await ends('pool-server', file), users, 'ENTENTE_PKI_SECRET_EXPOSED');
  });

  it('pool-server: a directory that another server uses, or is of another server', async () => {
    const config = await configOf('fe1.contoso.example.yaml');
    const used = join(network.directory, 'fe1.contoso.example');
    const second = await write('second.yaml', { ...config, directory: used });
    expectFault(await run('pool-server', second), used, 'ENTENTE_MEMBER_DIRECTORY_IN_USE');
    const directory = join(folder, 'other-server');
    await cp(used, directory, { recursive: true, filter });
    const other = await write('other-server.yaml', { ...config, fqdn: 'fe2.contoso.example', directory });
    expectFault(await run('pool-server', other), join(directory, 'tls.crt'), 'ENTENTE_MEMBER_OTHER_SERVER');
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
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
    const file = await write('front-end.yaml', { ...config, directory });
    for (const ends of [run, check]) {
      const outcome = await ends('edge-server', file);
      expectFault(outcome, 'the topology', 'ENTENTE_NOT_AN_EDGE');
      expect(outcome.words).toContain('fe1.contoso.example as front-end');
    }
  });

  it('a role is judged with --check-config by the topology that the server has kept, and its settings by the role', async () => {
    const { join: _, users, ...config } = await configOf('fe1.contoso.example.yaml');
    const directory = join(folder, 'roles');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    const kept = join(directory, 'topology.json');
    const { document } = JSON.parse(await readFile(kept, 'utf8')) as { document: TopologyDocument };
    const external = { fqdn: 'access9.contoso.example', certificate: 'enterprise', address: '127.0.0.9' };
    const edge = { fqdn: 'edge9.contoso.example', role: 'edge', interfaces: { external } };
    const servers = [...document.servers, edge, { fqdn: 'web9.contoso.example', role: 'web-services' }];
    await writeFile(
      kept,
      signedText({ ...document, servers } as TopologyDocument, [network.administrator.signer]),
    );
    const judged = async (app: Checked | 'chat-room-server', fqdn: string, code: string, more = {}) => {
      const file = await write('role.yaml', { ...config, ...more, fqdn, directory });
      const outcome = await (app === 'chat-room-server'
        ? run(app, file, '--check-config')
        : check(app, file));
      if (code !== '')
        expectFault(outcome, code === 'ENTENTE_SETTING_OF_OTHER_ROLE' ? file : 'the topology', code);
      else expect(outcome).toMatchObject({ status: 0, words: '' });
    };
    await judged('pool-server', edge.fqdn, 'ENTENTE_ROLE_NOT_SERVED');
    await judged('edge-server', 'fe1.contoso.example', 'ENTENTE_NOT_AN_EDGE');
    await judged('chat-room-server', 'fe1.contoso.example', 'ENTENTE_NOT_AN_APPLICATION', {
      rooms: [{ address: 'all@fe1.contoso.example' }],
    });
    await judged('pool-server', 'web9.contoso.example', 'ENTENTE_SETTING_OF_OTHER_ROLE', { users });
    await judged('edge-server', edge.fqdn, '');
    await judged('pool-server', 'fe1.contoso.example', '', { users });
    await rm(kept);
    await judged('edge-server', 'fe1.contoso.example', '');
  });

  it('a directory to which this user may not write, with --check-config too', async (test) => {
    needs(test, noSetpriv);
    const { users: _, ...config } = await configOf('fe1.contoso.example.yaml');
    const directory = join(folder, 'read-only');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    const file = await write('read-only.yaml', { ...config, directory });
    await chmod(directory, 0o500);
    for (const more of [[], ['--check-config']])
      expectFault(await run('pool-server', file, ...more), directory, 'EACCES');
    await chmod(directory, 0o700);
    expect(await run('pool-server', file, '--check-config')).toMatchObject({ status: 0, words: '' });
  });

  it('edge-server: managed where outsiders are served, with --check-config once it has joined', async () => {
    const directory = join(folder, 'edge9');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    const kept = join(directory, 'topology.json');
    const { document } = JSON.parse(await readFile(kept, 'utf8')) as { document: TopologyDocument };
    const external = { fqdn: 'access9.contoso.example', certificate: 'enterprise', address: '127.0.0.9' };
    const edge = { fqdn: 'edge9.contoso.example', role: 'edge', interfaces: { external } };
    const wider = { ...document, servers: [...document.servers, edge] } as TopologyDocument;
    await writeFile(kept, signedText(wider, [network.administrator.signer]));
    const management = { port: 9100, address: '127.0.0.9' };
    const file = await write('managed-outside.yaml', { fqdn: edge.fqdn, directory, management });
    expectFault(await check('edge-server', file), file, 'ENTENTE_MANAGEMENT_OUTSIDE');
    const started = await run('edge-server', file);
    expectFault(started, file, 'ENTENTE_MANAGEMENT_OUTSIDE');
    expect(started.words, 'outsiders reach no listener of it before').not.toContain(
      'health and metrics are at',
    );
  });

  it('pool-server: a key that does not fit the certificate', async () => {
    const directory = join(folder, 'mismatch');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    await cp(join(network.directory, 'fe2.contoso.example', 'tls.key'), join(directory, 'tls.key'));
    const file = await write('mismatch.yaml', { ...(await configOf('fe1.contoso.example.yaml')), directory });
    const outcome = await run('pool-server', file);
    expectFault(outcome, join(directory, 'tls.key'), 'ENTENTE_KEY_MISMATCH');
    // Another key for this certificate is nowhere: the authority gives both.
    expect(outcome.words).toContain('entente join-token <server> --replace');
  });

  it('pool-server: a port in use', async () => {
    const directory = join(folder, 'port');
    await cp(join(network.directory, 'fe1.contoso.example'), directory, { recursive: true, filter });
    const file = await write('port.yaml', { ...(await configOf('fe1.contoso.example.yaml')), directory });
    const port = network.organisation.frontEnds[0]?.port;
    expectFault(await run('pool-server', file), `127.0.0.1:${port}`, 'ENTENTE_LISTEN_FAILED');
  });

  it('authority-server: a folder without an authority, with --check-config', async () => {
    const config = await configOf('ca.contoso.example.yaml');
    const directory = join(folder, 'nowhere');
    const file = await write('nowhere.yaml', { ...config, directory });
    expectFault(
      await run('authority-server', file, '--check-config'),
      directory,
      'ENTENTE_PKI_AUTHORITY_DAMAGED',
    );
    const good = await write('somewhere.yaml', {
      ...config,
      directory: join(network.directory, 'authority'),
    });
    expect(await run('authority-server', good, '--check-config')).toMatchObject({ status: 0, words: '' });
  });

  it('authority-server: the folder of another server, with --check-config', async () => {
    const config = await configOf('ca.contoso.example.yaml');
    const directory = join(network.directory, 'fe1.contoso.example');
    expectFault(
      await run('authority-server', await write('other.yaml', { ...config, directory }), '--check-config'),
      join(directory, 'authority.sqlite'),
      'ENTENTE_PKI_AUTHORITY_DAMAGED',
    );
  });

  it('authority-server: a port in use', async () => {
    const directory = join(folder, 'authority');
    await cp(join(network.directory, 'authority'), directory, { recursive: true, filter });
    const file = await write('authority.yaml', { ...(await configOf('ca.contoso.example.yaml')), directory });
    const port = network.organisation.authority.httpsPort;
    expectFault(await run('authority-server', file), `127.0.0.1:${port}`, 'ENTENTE_LISTEN_FAILED');
  });
});
