import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openPostgresAccounts } from '@entente/store-sql/postgres';
import { startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { spawnTied } from '@entente/testkit/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../packages/testkit/src/network/free-ports.ts';

const run = promisify(execFile);
const example = fileURLToPath(new URL('../../examples/postgresql-redis/', import.meta.url));
let folder: string;

/** A file of the example, with the folder of this test in place of the one on a server. */
async function moved(name: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('/etc/entente', folder));
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-stores-'));
  await chmod(folder, 0o755);
  await cp(example, folder, { recursive: true });
  // The commands of the page, but those that give files to other users and start the programs.
  const page = await readFile(join(example, 'README.md'), 'utf8');
  const [, commands = ''] = /```sh\n(.*?)```/s.exec(page) ?? [];
  const here = commands
    .replace('cd /etc/entente', '')
    .replaceAll(/\b(db1|redis1)\.contoso\.example/g, 'localhost');
  await run('sh', ['-ec', here], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const reason = whyNoPostgres();
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe('the example with PostgreSQL and Redis', () => {
  it.skipIf(reason !== undefined)(
    `has a PostgreSQL that keeps accounts, over TLS with a password and in no other way${reason ?? ''}`,
    async () => {
      const pem = (name: string) => readFile(join(folder, 'certificates', name), 'utf8');
      const config = await moved('postgresql.conf');
      const access = await moved('pg_hba.conf');
      const text = await readFile(access, 'utf8');
      const settings = Object.fromEntries(
        [...(await readFile(config, 'utf8')).matchAll(/^(\w+) = '?([^'\n]*)'?$/gm)].map(([, name, value]) => [
          name,
          value,
        ]),
      ) as Record<string, string>;
      const { ssl_cert_file: _, ssl_key_file: __, listen_addresses: ___, ...others } = settings;
      // The superuser of this test is not one of the operating system.
      await writeFile(access, text.replace('peer', 'trust'));
      await chmod(access, 0o644);
      await using postgres = await startPostgres({
        tls: { chainPem: await pem('postgresql.crt'), keyPem: await pem('postgresql.key') },
        settings: others,
      });
      const { port, socketFolder, user } = postgres;
      const password = (await readFile(join(folder, 'postgresql-password'), 'utf8')).trim();
      const asSuperuser = ['-h', socketFolder, '-p', `${port}`, '-U', user];
      await run('psql', [...asSuperuser, '-c', `CREATE ROLE entente LOGIN PASSWORD '${password}'`]);
      await run('psql', [...asSuperuser, '-c', 'CREATE DATABASE entente OWNER entente']);
      const server = { port, database: 'entente', user: 'entente', password: () => password };
      await using accounts = await openPostgresAccounts({
        server: { ...server, host: 'localhost', tls: { caPem: await pem('ca.crt') } },
      });
      expect(accounts.standing()).toEqual({ ok: true });
      await expect(openPostgresAccounts({ server: { ...server, host: '127.0.0.1' } })).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
        message: expect.stringContaining('pg_hba.conf'),
      });
    },
  );

  it('waits until the PostgreSQL that it starts listens before it asks that for anything', async () => {
    const page = await readFile(join(example, 'README.md'), 'utf8');
    const [block = ''] = /```sh\n[^`]*initdb.*?```/s.exec(page) ?? [];
    const [started, waited, asked] = ['postgres -D', 'pg_isready', 'psql -c'].map((text) =>
      block.indexOf(text),
    );
    expect(started).toBeGreaterThan(0);
    expect(waited).toBeGreaterThan(started ?? 0);
    expect(asked).toBeGreaterThan(waited ?? 0);
  });

  it('has files that the users of the two programs reach, and keys for their owners alone', async () => {
    const mode = async (name: string) => (await stat(join(folder, 'certificates', name))).mode & 0o777;
    expect(await mode('.')).toBe(0o755);
    for (const name of ['ca.key', 'postgresql.key', 'redis.key']) expect(await mode(name), name).toBe(0o600);
    for (const name of ['ca.crt', 'postgresql.crt', 'redis.crt']) expect(await mode(name), name).toBe(0o644);
  });

  // In CI nothing is skipped: `.ci/run` installs it.
  it.skipIf(!hasRedis && process.env.CI === undefined)(
    'has a Redis that answers the user with the password, over TLS',
    async () => {
      const config = await moved('redis.conf');
      const [port] = await freePorts(1);
      await using redis = spawnTied('redis-server', [config, '--tls-port', `${port}`, '--dir', folder]);
      let output = '';
      redis.process.stdout?.on('data', (text) => {
        output += String(text);
      });
      while (!output.includes('Ready to accept connections')) {
        await once(redis.process.stdout as NodeJS.ReadableStream, 'data');
      }
      const password = (await readFile(join(folder, 'redis-password'), 'utf8')).trim();
      const tls = [
        '-h',
        'localhost',
        '-p',
        `${port}`,
        '--tls',
        '--cacert',
        join(folder, 'certificates/ca.crt'),
      ];
      const ask = async (user: readonly string[], ...command: readonly string[]) =>
        (await run('redis-cli', [...tls, '--no-auth-warning', ...user, ...command])).stdout.trim();
      const entente = ['--user', 'entente', '--pass', password];
      expect(await ask(entente, 'SET', 'entente:registration', '1')).toBe('OK');
      expect(await ask(entente, 'SET', 'other', '1')).toContain('NOPERM');
      expect(await ask([], 'PING')).toContain('NOAUTH');
    },
  );
});
