import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifiersOf } from '@entente/accounts';
import { accountsNotedAt, openStore } from '@entente/store-sql';
import { openPostgresAccounts, type PostgresServer } from '@entente/store-sql/postgres';
import { type Postgres, startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, runEntente } from './command-line.ts';

const account = (name: string, state: 'enabled' | 'disabled' = 'enabled') => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, state, rights: [] };
};
const reason = whyNoPostgres();

it('entente user copy says of the configuration of another server that it is not that of an authority', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-user-copy-'));
  try {
    const file = join(folder, 'fe1.yaml');
    const accounts = { postgresql: { host: 'db1.contoso.example' } };
    await writeFile(file, JSON.stringify({ fqdn: 'fe1.contoso.example', directory: 'fe1', accounts }));
    const { status, stderr } = await runEntente(`user copy ${file} --to postgresql`);
    expect(status).toBe(2);
    expect(stderr).toContain(
      `${file}: expected the configuration of an authority, found that of another server`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

// The tests build on each other.
describe.skipIf(reason !== undefined)(
  `entente user copy${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let postgres: Postgres;
    let server: PostgresServer;
    let folder: string;
    let ca: string;
    let config: string;
    beforeAll(async () => {
      postgres = await startPostgres();
      const { port, socketFolder: host, user } = postgres;
      server = { host, port, user, database: 'postgres' };
      folder = await mkdtemp(join(tmpdir(), 'entente-user-copy-'));
      ca = join(folder, 'ca');
      config = join(folder, 'authority.yaml');
      await mkdir(ca, { mode: 0o700 });
      await writeFile(config, JSON.stringify({ directory: 'ca', accounts: { postgresql: server } }));
      await using store = await openStore(ca);
      await store.accounts.put(account('alice'), 'absent');
      await store.accounts.put(account('bob', 'disabled'), 'absent');
    });
    afterAll(async () => {
      await postgres?.[Symbol.asyncDispose]();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });
    const { isTTY } = process.stderr;
    const onTerminal = (is: boolean) =>
      Object.defineProperty(process.stderr, 'isTTY', { value: is, configurable: true });
    afterEach(() => onTerminal(isTTY));
    const copy = (line: string) => answerOf(`user copy ${config} ${line}`);

    it('refuses while an authority has the accounts, and where the configuration names no PostgreSQL', async () => {
      const other = join(folder, 'other.yaml');
      await writeFile(other, JSON.stringify({ directory: 'ca' }));
      const without = await runEntente(`user copy ${other} --to postgresql`);
      expect(without).toMatchObject({ status: 2, stderr: expect.stringContaining('"accounts"') });
      await using _store = await openStore(ca);
      expect(await runEntente(`user copy ${config} --to postgresql`)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('ENTENTE_PKI_LEDGER_LOCKED'),
      });
    });

    it('refuses to mix them with others, and notes nothing', async () => {
      await using there = await openPostgresAccounts({ server });
      await there.put(account('alice', 'disabled'), 'absent');
      await there.put(account('mallory'), 'absent');
      expect(await copy('--to postgresql')).toMatchObject({
        status: 1,
        json: { ok: false, copied: 1, refusedCount: 1, surplus: ['mallory@contoso.example'] },
      });
      expect(await accountsNotedAt(ca)).toBeUndefined();
    });

    it('moves them with --replace, and notes where they are', async () => {
      expect(await copy('--to postgresql --replace --yes')).toMatchObject({
        status: 0,
        json: { ok: true, replaced: 1, unchanged: 1, removed: 1, refusedCount: 0, surplusCount: 0 },
      });
      await using there = await openPostgresAccounts({ server });
      const { records } = await there.list({ limit: 10 });
      expect(records.map(({ account: { address, state } }) => [address, state])).toEqual([
        ['alice@contoso.example', 'enabled'],
        ['bob@contoso.example', 'disabled'],
      ]);
      expect(await accountsNotedAt(ca)).toBe(there.place);
    });

    it('brings them back, with what was changed meanwhile', async () => {
      await using there = await openPostgresAccounts({ server });
      const { version = 0 } = (await there.find('alice@contoso.example')) ?? {};
      await there.put(account('alice', 'disabled'), version);
      expect(await copy('--to authority')).toMatchObject({ status: 1, json: { refusedCount: 1 } });
      expect(await accountsNotedAt(ca), 'not before all are the same').toBe(there.place);
      expect(await copy('--to authority --replace --yes')).toMatchObject({
        status: 0,
        json: { replaced: 1 },
      });
      expect(await accountsNotedAt(ca)).toBeUndefined();
      await using store = await openStore(ca);
      expect((await store.accounts.find('alice@contoso.example'))?.account.state).toBe('disabled');
    });

    it('shows on a terminal how far it is, and not with --json', async () => {
      onTerminal(true);
      const { status, stderr, stdout } = await runEntente(`user copy ${config} --to authority`);
      expect([status, stderr]).toEqual([0, '\r2 accounts copied\r2 copied, 2 compared\n']);
      expect(stdout).toContain('2 accounts in ');
      expect((await runEntente(`user copy ${config} --to authority --json`)).stderr).toBe('');
    });
  },
);
