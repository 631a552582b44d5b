import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type StoreOptions } from '@entente/store-sql';
import {
  openPostgresAccounts,
  type PostgresAccountsOptions,
  type PostgresReaderOptions,
  readPostgresAccounts,
} from '@entente/store-sql/postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-options-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('openStore', () => {
  it.each<readonly [string, unknown, string]>([
    ['maxWaiting', Number.NaN, 'a whole number from 1, found NaN'],
    ['maxWaiting', 0, 'a whole number from 1, found 0'],
    ['keptRemovals', -1, 'a whole number from 0, found -1'],
    ['keptRemovals', '7', 'a whole number from 0, found a text'],
    ['now', 5, 'a function, found 5'],
    ['onImport', null, 'a function, found null'],
  ])('refuses %s of %s before it writes anything', async (name, value, rest) => {
    await expect(openStore(folder, { [name]: value } as StoreOptions)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
      sentence: `expected ${name} to be ${rest}`,
      place: `${name} of openStore`,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses an option that there is not, options that are none, and a directory that is none', async () => {
    const code = 'ENTENTE_PKI_BAD_ARGUMENT';
    await expect(openStore(folder, { keptRemoval: 5 } as StoreOptions)).rejects.toMatchObject({
      code,
      sentence: 'expected only options that there are in the options of openStore, found "keptRemoval"',
      remedy: 'correct the name, or remove it; there are onImport, now, maxWaiting, keptRemovals',
    });
    await expect(openStore(folder, 'fast' as StoreOptions)).rejects.toMatchObject({ code });
    for (const directory of ['', undefined, Promise.resolve(folder)])
      await expect(openStore(directory as string)).rejects.toMatchObject({
        code,
        place: 'directory of openStore',
      });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses to count the lists of an issuer that is none, or above what is not a number', async () => {
    await mkdir(join(folder, 'ca'));
    await using store = await openStore(join(folder, 'ca'));
    const next = store.ledger.nextCrlNumber as (...given: readonly unknown[]) => Promise<number>;
    const code = 'ENTENTE_PKI_BAD_ARGUMENT';
    for (const issuer of ['', undefined, 7])
      await expect(next(issuer)).rejects.toMatchObject({ code, place: 'issuer of nextCrlNumber' });
    for (const above of [Number.NaN, -1, 1.5, '7', null])
      await expect(next('0123456789abcdef', above)).rejects.toMatchObject({
        code,
        place: 'above of nextCrlNumber',
      });
    expect(await next('0123456789abcdef', 7)).toBe(8);
  });
});

describe('openPostgresAccounts', () => {
  const server = { host: '127.0.0.1', database: 'accounts', user: 'entente', port: 1 };

  it.each<readonly [string, unknown, string]>([
    ['maxConnections', 0, 'a whole number from 1, found 0'],
    ['patienceMs', Number.NaN, 'a whole number from 0, found NaN'],
    ['heartbeatMs', 99, 'a whole number from 100, found 99'],
    ['maxWaiting', 'many', 'a whole number from 1, found a text'],
    ['keptRemovals', 0.5, 'a whole number from 0, found 0.5'],
    ['needsServer', 'no', 'true or false, found a text'],
    ['now', 5, 'a function, found 5'],
    ['server', undefined, 'an object, found none'],
  ])('refuses %s of %s', async (name, value, rest) => {
    const options = { server, [name]: value } as PostgresAccountsOptions;
    await expect(openPostgresAccounts(options)).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT',
      sentence: `expected ${name} to be ${rest}`,
      place: `${name} of openPostgresAccounts`,
    });
  });

  it.each<readonly [string, object]>([
    ['options of openPostgresAccounts', { server, maxConnection: 4 }],
    ['options of the PostgreSQL server', { server: { ...server, pasword: () => 'x' } }],
    ['password of the PostgreSQL server', { server: { ...server, password: 'secret' } }],
  ])('refuses what is wrong in the %s, and repeats no password', async (place, options) => {
    const fault: unknown = await openPostgresAccounts(options as PostgresAccountsOptions).catch(
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', place });
    expect(String(fault)).not.toContain('secret');
  });
});

describe('readPostgresAccounts', () => {
  const server = { host: '127.0.0.1', database: 'accounts', user: 'entente', port: 1 };

  it.each<readonly [string, unknown, string]>([
    ['no options', undefined, 'options of readPostgresAccounts'],
    ['no server', {}, 'server of readPostgresAccounts'],
    [
      'an option of those who change accounts',
      { server, keptRemovals: 5 },
      'options of readPostgresAccounts',
    ],
    ['a pause that is too short', { server, heartbeatMs: 99 }, 'heartbeatMs of readPostgresAccounts'],
    ['a bound that is none', { server, maxWaiting: Number.NaN }, 'maxWaiting of readPostgresAccounts'],
    [
      'a password in the clear',
      { server: { ...server, password: 'p' } },
      'password of the PostgreSQL server',
    ],
  ])('refuses %s at once', (_, options, place) => {
    const fault = expect.objectContaining({ code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', place });
    expect(() => readPostgresAccounts(options as PostgresReaderOptions)).toThrow(fault);
  });
});
