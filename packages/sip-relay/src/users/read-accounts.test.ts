import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Member } from '@entente/member';
import { openPostgresAccounts, type PostgresAccountsReader } from '@entente/store-sql/postgres';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { type Postgres, startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { sampleTopology } from '@entente/testkit/topology';
import { type Credential, loadCredential, openTrust, type Trust } from '@entente/tls';
import type { RevocationKnowledge } from '@entente/trust';
import type { Store } from '@entente/trust/node';
import { decodeCrl, decodePem } from '@entente/x509';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAccounts } from './read-accounts.ts';

const db1 = 'db1.contoso.example';
const reason = whyNoPostgres();
const run = promisify(execFile);

describe.skipIf(reason !== undefined)(
  `a front end that reads the accounts of a PostgreSQL on another machine${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let root: TestAuthority;
    let serialHex: string;
    let identity: Credential;
    let postgres: Postgres;
    let folder: string;
    beforeAll(async () => {
      root = await createTestAuthority('Contoso Root CA');
      const tls = await root.issue({ dnsNames: [db1] });
      serialHex = tls.serialHex;
      const own = await root.issue({ dnsNames: ['fe1.contoso.example'] });
      identity = await loadCredential({ certificate: own.chainPem, key: own.keyPem });
      postgres = await startPostgres({ tls });
      folder = await mkdtemp(join(tmpdir(), 'entente-read-accounts-'));
      await writeFile(join(folder, 'password'), 'reader-secret', { mode: 0o600 });
      const { port, socketFolder: host, user } = postgres;
      await using accounts = await openPostgresAccounts({
        server: { host, port, user, database: 'postgres' },
      });
      expect(accounts.standing()).toEqual({ ok: true });
      await sql("CREATE ROLE reader LOGIN PASSWORD 'reader-secret'");
      await sql('GRANT SELECT ON schema_version, accounts, removed_accounts, account_feed TO reader');
    }, 120_000);
    afterAll(async () => {
      await postgres?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    /** Runs a statement as the superuser. */
    const sql = async (text: string) => {
      const { port, socketFolder, user } = postgres;
      const args = ['-h', socketFolder, '-p', `${port}`, '-U', user, '-tA', '-c', text];
      return (await run('psql', args)).stdout.trim();
    };

    /** Revocation lists that a test publishes. */
    class Lists implements Store<RevocationKnowledge> {
      readonly #listeners = new Set<(lists: RevocationKnowledge) => void>();
      current: RevocationKnowledge = { crls: [] };

      async publish(...revoked: readonly string[]): Promise<void> {
        const blocks = decodePem(await root.crl(revoked));
        const [block] = blocks.ok ? blocks.value : [];
        const list = decodeCrl(block?.der ?? new Uint8Array());
        if (!list.ok) throw new Error(list.error.message);
        this.current = { crls: [list.value] };
        for (const told of this.#listeners) told(this.current);
      }

      onChange(told: (lists: RevocationKnowledge) => void) {
        this.#listeners.add(told);
        return () => void this.#listeners.delete(told);
      }

      async [Symbol.asyncDispose]() {}
    }

    let lists: Lists;
    let trust: Trust;
    let member: Omit<Member, 'topology'> & { topology: Member['topology'] };
    const listing = (name: string) =>
      sampleTopology({
        stores: [{ fqdn: name, kind: 'postgresql', address: '127.0.0.1', port: postgres.port }],
      });
    beforeEach(async () => {
      lists = new Lists();
      await lists.publish();
      trust = await openTrust({
        anchors: { pem: root.certificatePem },
        crls: lists,
        revocation: { mode: 'hard-fail' },
      });
      member = {
        fqdn: 'fe1.contoso.example',
        identity,
        trust,
        topology: listing(db1),
        followAccounts: async (directory: unknown) => directory,
      } as unknown as typeof member;
    });
    afterEach(() => trust[Symbol.asyncDispose]());

    const open = (settings: object = {}) =>
      readAccounts(
        {
          postgresql: {
            host: db1,
            database: 'postgres',
            user: 'reader',
            passwordFile: join(folder, 'password'),
            ...settings,
          },
        },
        join(folder, 'fe1.yaml'),
        member,
      );
    const directoryOf = ({ accounts }: Awaited<ReturnType<typeof open>>) =>
      accounts as unknown as PostgresAccountsReader;
    /** Ends when the server has no connection of the reader any more, which its log of activity says. */
    const noneLeft = async () => {
      const count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'";
      await expect.poll(() => sql(count)).toBe('0');
    };
    /** Waits until its two connections are open: the one that asks, and the one that listens. */
    const readAndListen = async (directory: PostgresAccountsReader) => {
      const heard = new EventTarget();
      const first = once(heard, 'change');
      directory.onChange(() => heard.dispatchEvent(new Event('change')));
      expect(await directory.changes(undefined, 10)).toMatchObject({ ok: true });
      await first;
    };

    it('is believed by the trust of the domain, under its name in the topology', async () => {
      await using read = await open();
      await readAndListen(directoryOf(read));
      expect(directoryOf(read).standing()).toEqual({ ok: true });
    });

    it('closes its connections when the certificate of the store is revoked, and opens no other', async () => {
      await using read = await open();
      await readAndListen(directoryOf(read));
      await lists.publish(serialHex);
      await noneLeft();
      await expect(directoryOf(read).changes(undefined, 10)).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
        message: expect.stringContaining('revoked'),
      });
    });

    it('closes its connections when the topology lists the store no longer', async () => {
      await using read = await open();
      await readAndListen(directoryOf(read));
      member.topology = listing('db2.contoso.example');
      // As a member does with each topology: one change of its trust.
      await lists.publish();
      await noneLeft();
      await expect(directoryOf(read).changes(undefined, 10)).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
        message: expect.stringContaining('to be a store of kind postgresql'),
      });
    });

    it('names no CA of its own', async () => {
      await writeFile(join(folder, 'ca.crt'), root.certificatePem);
      await expect(open({ ca: 'ca.crt' })).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT',
        place: '"ca" of the PostgreSQL server',
      });
    });
  },
);
