import { dirname } from 'node:path';
import { verifiersOf } from '@entente/accounts';
import { accountsNotedAt, noteAccountsAt, openStore } from '@entente/store-sql';
import { openPostgresAccounts, type PostgresServer } from '@entente/store-sql/postgres';
import { type Postgres, startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthorityServer } from '../src/create-authority-server.ts';
import { document, frontEnd, type Scene, signed, startScene } from './network.ts';

const fe1 = 'fe1.contoso.example';
const account = (name: string) => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {} };
};
const reason = whyNoPostgres();

describe.skipIf(reason !== undefined)(
  `an authority with accounts in PostgreSQL${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let postgres: Postgres;
    let postgresql: PostgresServer;
    let scene: Scene;
    beforeEach(async () => {
      postgres = await startPostgres();
      const { port, socketFolder: host, user } = postgres;
      postgresql = { host, port, user, database: 'postgres' };
      scene = await startScene(undefined, { postgresql });
      expect((await scene.publish(signed(document([frontEnd(fe1)])))).status).toBe(200);
    }, 120_000);
    afterEach(async () => {
      await scene?.close();
      await postgres?.[Symbol.asyncDispose]();
    });
    const post = (path: string, fields: object) =>
      scene.ask(path, scene.alice, { method: 'POST', body: JSON.stringify(fields) });
    const directory = () => dirname(dirname(scene.made.administrators[0]?.certificate ?? ''));

    it('adds and changes them there, and feeds them to front ends, page by page', async () => {
      const server = await scene.join(fe1);
      expect((await post('/accounts', { accounts: [account('alice'), account('bob')] })).status).toBe(200);
      const first = await (await scene.ask('/accounts/feed?limit=1', server)).json();
      expect(first).toMatchObject({ changes: [{ address: 'alice@contoso.example' }], more: true });
      const { begun, epoch, version } = (
        first as { position: { begun: number; epoch: string; version: number } }
      ).position;
      const second = await scene.ask(`/accounts/feed?since=${version}.${begun}.${epoch}`, server);
      expect(await second.json()).toMatchObject({
        changes: [{ address: 'bob@contoso.example' }],
        more: false,
      });
      await using there = await openPostgresAccounts({ server: postgresql });
      expect((await there.list({ limit: 10 })).records).toHaveLength(2);
    });

    it('goes on without it, answers 503 with what to do, says so in its health, and serves them again', async () => {
      const server = await scene.join(fe1);
      await postgres.stop('fast');
      await scene.restart();
      expect(scene.log).toContainEqual(
        expect.objectContaining({
          event: 'accounts-unavailable',
          remedy: expect.stringContaining('PostgreSQL runs'),
        }),
      );
      expect((await scene.ask('/topology', server)).status).toBe(200);
      const refused = await post('/accounts', { accounts: [account('alice')] });
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({
        reason: 'storage-unavailable',
        remedy: expect.stringContaining('PostgreSQL runs'),
      });
      const problems = () => scene.server().problems?.() ?? [];
      expect(problems()).toMatchObject([{ part: 'accounts', stops: false }]);
      await postgres.start();
      expect((await post('/accounts', { accounts: [account('alice')] })).status).toBe(200);
      expect(problems()).toEqual([]);
    });

    it('does not start with accounts that are not the present ones', async () => {
      const config = {
        domain: 'contoso.example',
        fqdn: 'ca.contoso.example',
        directory: directory(),
        administratorsHash: '0'.repeat(64),
        https: { port: 0, url: 'https://ca.contoso.example' },
        objects: { port: 0, url: 'http://ca.contoso.example' },
      };
      const write = () => {};
      const logger = { info: write, warn: write, error: write, debug: write, child: () => logger };
      await scene.stopped(async () => {
        expect(await accountsNotedAt(directory())).toContain('postgresql://');
        await expect(createAuthorityServer({ config, logger })).rejects.toMatchObject({
          code: 'ENTENTE_ACCOUNTS_ELSEWHERE',
          remedy: expect.stringContaining('entente user copy'),
        });
      });
    });

    it('does not start with an own database whose accounts were never copied', async () => {
      const started = scene.stopped(async () => {
        await noteAccountsAt(directory(), undefined);
        await using store = await openStore(directory());
        await store.accounts.put({ ...account('carol'), state: 'enabled', rights: [] }, 'absent');
      });
      await expect(started).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_NOT_COPIED',
        remedy: expect.stringContaining('--to postgresql'),
      });
    });
  },
);
