import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openPostgresAccounts } from '@entente/store-sql/postgres';
import { startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const page = fileURLToPath(new URL('../../docs/guides/postgresql.md', import.meta.url));
const reason = whyNoPostgres();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-postgresql-page-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the guide to PostgreSQL', () => {
  it.skipIf(reason !== undefined)(
    `restores the accounts as a whole or not at all, so that no server follows a part of them${reason ?? ''}`,
    async () => {
      const [, block = ''] = /```sh\n(pg_dump .*?)```/s.exec(await readFile(page, 'utf8')) ?? [];
      const [dump = '', restore = ''] = block.trim().split('\n');
      await using postgres = await startPostgres();
      const { password, port, socketFolder, user } = postgres;
      const env = { ...process.env, PGHOST: socketFolder, PGPORT: `${port}`, PGUSER: user };
      const shell = (command: string) => run('sh', ['-ec', command], { cwd: folder, env });
      const sql = async (text: string) =>
        (await run('psql', ['-d', 'entente', '-Atc', text], { env })).stdout.trim();
      await run('createdb', ['entente'], { env });
      const server = { host: '127.0.0.1', port, database: 'entente', user, password: () => password };
      {
        await using accounts = await openPostgresAccounts({ server });
        expect(accounts.standing()).toEqual({ ok: true });
      }
      await shell(dump);
      await sql('UPDATE account_feed SET epoch = gen_random_uuid()');
      const epoch = await sql('SELECT epoch FROM account_feed');

      // What depends on one table lets the restore fail there, after it has taken others away.
      await sql('CREATE VIEW kept AS SELECT * FROM accounts');
      await expect(shell(restore)).rejects.toThrow('kept');
      expect(await sql('SELECT epoch FROM account_feed')).toBe(epoch);

      await sql('DROP VIEW kept');
      await shell(restore);
      expect(await sql('SELECT epoch FROM account_feed')).not.toBe(epoch);
    },
  );
});
