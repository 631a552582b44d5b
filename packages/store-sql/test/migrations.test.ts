import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqliteDriver } from '../src/driver/open-sqlite.ts';
import { openSqlite } from '../src/driver/open-sqlite.ts';
import { migrate } from '../src/schema/migrate.ts';
import { migrations, startOfKeyHash } from '../src/schema/migrations.ts';

let folder: string;
let driver: SqliteDriver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-migrations-'));
  driver = await openSqlite(join(folder, 'test.sqlite'));
});
afterEach(async () => {
  await driver.close();
  await rm(folder, { recursive: true, force: true });
});

const first = ['CREATE TABLE a (number INTEGER PRIMARY KEY)'];
const second = ['CREATE TABLE b (number INTEGER PRIMARY KEY)', 'INSERT INTO b (number) VALUES (1)'];

describe('the steps of the schema', () => {
  it('are applied in their order, once each', async () => {
    await migrate(driver, [first]);
    expect(await driver.schemaVersion()).toBe(1);
    await migrate(driver, [first, second]);
    await migrate(driver, [first, second]);
    expect(await driver.schemaVersion()).toBe(2);
    const rows = await driver.transaction('read', (transaction) =>
      transaction.all('SELECT number FROM b', []),
    );
    expect(rows).toHaveLength(1);
  });

  it('are whole or not there: one that fails leaves the version before it', async () => {
    const broken = ['CREATE TABLE b (number INTEGER PRIMARY KEY)', 'CREATE TABLE b (number INTEGER)'];
    await expect(migrate(driver, [first, broken])).rejects.toThrow('already exists');
    expect(await driver.schemaVersion()).toBe(1);
    await migrate(driver, [first, second]);
    expect(await driver.schemaVersion()).toBe(2);
  });

  it('refuse a database that a newer program has written, and say so', async () => {
    await migrate(driver, [first, second]);
    await expect(migrate(driver, [first])).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_TOO_NEW',
      sentence: expect.stringContaining('schema version 2, and this program knows versions up to 1'),
      place: join(folder, 'test.sqlite'),
    });
  });

  it('make the schema of this program, whose queries all find an index', async () => {
    await migrate(driver);
    expect(await driver.schemaVersion()).toBe(migrations.length);
    const plan = (sql: string) =>
      driver.transaction('read', async (transaction) =>
        (await transaction.all(`EXPLAIN QUERY PLAN ${sql}`, [])).map(({ detail }) => detail as string).join(),
      );
    for (const [condition, index] of [
      ["issuer = 'i' AND serial_hex = 's'", 'certificates_by_serial'],
      ["subject = 's' AND not_after >= 1 ORDER BY number", 'certificates_by_subject'],
      [
        `${startOfKeyHash('key_hash')} = ${startOfKeyHash("'k'")} AND key_hash = 'k' ORDER BY number`,
        'certificates_by_start_of_key',
      ],
      ["profile = 'server' AND not_after >= 1", 'certificates_by_expiry'],
      ["predecessor_serial = 's' AND predecessor_issuer = 'i'", 'certificates_by_predecessor'],
    ]) {
      expect(await plan(`SELECT * FROM certificates WHERE ${condition}`)).toContain(index);
    }
    for (const [condition, index] of [
      ["address > 'a' AND home = 'h' ORDER BY address LIMIT 9", 'accounts_by_home'],
      ["address > 'a' AND state = 'disabled' ORDER BY address LIMIT 9", 'accounts_disabled'],
      ["address > 'a' ORDER BY address LIMIT 9", 'sqlite_autoindex_accounts'],
      ['feed_version > 1 ORDER BY feed_version LIMIT 9', 'accounts_by_feed'],
    ]) {
      const found = await plan(`SELECT * FROM accounts WHERE ${condition}`);
      expect(found).toContain(index);
      expect(found).not.toContain('TEMP B-TREE');
    }
    const removed = await plan('SELECT version FROM removed_accounts ORDER BY version DESC LIMIT 1 OFFSET 5');
    expect(removed).toContain('sqlite_autoindex_removed_accounts');
  });
});
