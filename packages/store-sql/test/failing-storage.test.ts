import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqliteDriver } from '../src/driver/open-sqlite.ts';
import { openDatabase } from '../src/open-database.ts';
import { createSqlDirectory } from '../src/ports/sql-directory.ts';
import { ledgerHere } from './in-this-thread.ts';
import { mayMount } from './may-mount.ts';
import { entry, issuer, now, serial } from './records.ts';

const unavailable = {
  code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
  remedy: expect.stringMatching(
    /a server that runs goes on without a restart, and a request, a command or a start is repeated$/,
  ),
};
let folder: string;
const drivers: SqliteDriver[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-failing-'));
});
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
  await rm(folder, { recursive: true, force: true });
});

/** A real database whose commits can be made to fail. */
async function breakable() {
  const sound = await openDatabase(folder);
  drivers.push(sound);
  let failure: string | undefined;
  const driver: SqliteDriver = {
    ...sound,
    transaction: (mode, work) =>
      sound.transaction(mode, async (transaction) => {
        const value = await work(transaction);
        if (mode === 'write' && failure !== undefined) {
          throw Object.assign(new Error('database or disk is full'), { code: failure });
        }
        return value;
      }),
  };
  return {
    driver,
    fail(code: string | undefined) {
      failure = code;
    },
  };
}

/** A database that refuses each statement that begins with a text. */
function refusingStatement(
  driver: SqliteDriver,
  begin: string,
  attempts: { executed: number },
  code = 'SQLITE_CONSTRAINT',
): SqliteDriver {
  return {
    ...driver,
    transaction: (mode, work) =>
      driver.transaction(mode, (transaction) => {
        if (mode === 'write') attempts.executed++;
        return work({
          ...transaction,
          run(sql, parameters) {
            if (!sql.trimStart().startsWith(begin)) return transaction.run(sql, parameters);
            return Promise.reject(Object.assign(new Error('the statement is refused'), { code }));
          },
        });
      }),
  };
}

describe('a commit that fails', () => {
  it('rejects every change of its transaction, keeps none, and the next one succeeds', async () => {
    const { driver, fail } = await breakable();
    const { ledger } = ledgerHere(driver);
    await ledger.append(entry('01'));
    fail('SQLITE_IOERR_FSYNC');
    const changes = ['02', '03'].map((serialHex) => ledger.append(entry(serialHex)));
    for (const change of changes) await expect(change).rejects.toMatchObject(unavailable);
    fail(undefined);
    expect(await ledger.find(issuer, '02')).toBeUndefined();
    await ledger.append(entry('02'));
    expect(await ledger.nextCrlNumber(issuer)).toBe(1);
  });

  it('does not hold up queries that wait with it', async () => {
    const { driver, fail } = await breakable();
    const { ledger } = ledgerHere(driver);
    await ledger.append(entry('01'));
    fail('SQLITE_FULL');
    const [change, query] = await Promise.allSettled([ledger.append(entry('02')), ledger.find(issuer, '01')]);
    expect(change.status).toBe('rejected');
    expect(query).toMatchObject({ status: 'fulfilled', value: { serialHex: '01' } });
  });

  it('is in the standing since it began, until a change is stored', async () => {
    const { driver, fail } = await breakable();
    let time = now;
    const { ledger, queue } = ledgerHere(driver, () => time);
    expect(queue.standing()).toEqual({ ok: true });
    fail('SQLITE_FULL');
    await expect(ledger.append(entry('01'))).rejects.toMatchObject(unavailable);
    time += 5_000;
    await expect(ledger.append(entry('01'))).rejects.toMatchObject(unavailable);
    await ledger.find(issuer, '01');
    const sentence = expect.stringContaining('database or disk is full');
    expect(queue.standing()).toEqual({ ok: false, since: now, sentence, remedy: expect.any(String) });
    fail(undefined);
    await ledger.append(entry('01'));
    expect(queue.standing()).toEqual({ ok: true });
  });

  it('is unavailable accounts for those who change accounts, and no listener is told', async () => {
    const { driver, fail } = await breakable();
    const { queue } = ledgerHere(driver);
    const accounts = createSqlDirectory(queue, { place: driver.place, keptRemovals: 1 });
    const alice = { address: 'alice@contoso.example', verifiers: {}, state: 'enabled', rights: [] } as const;
    let told = 0;
    accounts.onChange(() => told++);
    fail('SQLITE_FULL');
    const fault = { ...unavailable, name: 'AccountsFault', code: 'ENTENTE_ACCOUNTS_UNAVAILABLE' };
    await expect(accounts.put(alice, 'absent')).rejects.toMatchObject(fault);
    expect(await accounts.find(alice.address)).toBeUndefined();
    expect(told).toBe(0);
    fail(undefined);
    expect(await accounts.put(alice, 'absent')).toMatchObject({ ok: true });
    expect(told).toBe(1);
    await expect(accounts.list({ limit: 1, after: 'a\0' })).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT',
    });
  });

  it('is damage where the database says so', async () => {
    const { driver, fail } = await breakable();
    const { ledger } = ledgerHere(driver);
    fail('SQLITE_CORRUPT');
    await expect(ledger.append(entry('01'))).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
  });
});

describe('operations of one transaction', () => {
  it('undo only themselves when they are refused', async () => {
    const { driver } = await breakable();
    const { ledger } = ledgerHere(driver);
    const outcomes = await Promise.allSettled([
      ledger.append(entry('01')),
      ledger.append(entry('01')),
      ledger.append(entry('02', { subject: 'a\0b' })),
      ledger.append(entry('03')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'ENTENTE_PKI_BAD_ARGUMENT' } });
    expect(await ledger.find(issuer, '03')).toBeDefined();
  });

  it('leave a hold as it was where the reason that would follow it is refused, and fail alone', async () => {
    const { driver } = await breakable();
    const { ledger } = ledgerHere(driver);
    await ledger.append(entry('01'));
    await ledger.revoke(issuer, '01', { at: now, reason: 'certificateHold' });
    const outcomes = await Promise.allSettled([
      ledger.append(entry('02')),
      ledger.revoke(issuer, '01', { at: now, reason: 'a\0b' as 'superseded' }),
      ledger.append(entry('03')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await ledger.find(issuer, '01')).toMatchObject({ revocation: { reason: 'certificateHold' } });
    expect(await ledger.find(issuer, '02')).toBeDefined();
  });

  it('undo what they have changed before the database refuses a statement of them, and nothing else', async () => {
    const { driver } = await breakable();
    const { ledger } = ledgerHere(driver);
    await ledger.append(entry('01'));
    await ledger.revoke(issuer, '01', { at: now, reason: 'certificateHold' });
    const attempts = { executed: 0 };
    const refusing = ledgerHere(refusingStatement(driver, 'INSERT INTO revocations', attempts)).ledger;
    const outcomes = await Promise.allSettled([
      refusing.append(entry('02')),
      // The hold is removed before the next reason is stored.
      refusing.revoke(issuer, '01', { at: now, reason: 'superseded' }),
      refusing.append(entry('03')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ENTENTE_PKI_LEDGER_DAMAGED' } });
    expect(await ledger.find(issuer, '01')).toMatchObject({ revocation: { reason: 'certificateHold' } });
    expect(await ledger.find(issuer, '02')).toBeDefined();
    expect(await ledger.find(issuer, '03')).toBeDefined();
    expect(attempts.executed, 'executed again with savepoints').toBe(2);
  });

  it('are executed once where the storage fails, however much they had changed', async () => {
    const { driver } = await breakable();
    const { ledger } = ledgerHere(driver);
    await ledger.append(entry('01'));
    await ledger.revoke(issuer, '01', { at: now, reason: 'certificateHold' });
    const attempts = { executed: 0 };
    const full = refusingStatement(driver, 'INSERT INTO revocations', attempts, 'SQLITE_FULL');
    const change = ledgerHere(full).ledger.revoke(issuer, '01', { at: now, reason: 'superseded' });
    await expect(change).rejects.toMatchObject(unavailable);
    expect(attempts.executed).toBe(1);
    expect(await ledger.find(issuer, '01')).toMatchObject({ revocation: { reason: 'certificateHold' } });
  });

  it('are refused beyond those that may wait, and the others are not', async () => {
    const { driver } = await breakable();
    const { ledger } = ledgerHere(driver, undefined, 3);
    const changes = [1, 2, 3, 4].map((count) => ledger.append(entry(serial(count))));
    const statuses = (await Promise.allSettled(changes)).map(({ status }) => status);
    expect(statuses).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    await expect(changes[3]).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE' });
    await ledger.append(entry(serial(4)));
  });
});

describe('a folder that cannot be used', () => {
  it('is a fault with place and remedy', async () => {
    await expect(openStore(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
      place: join(folder, 'absent/authority.sqlite'),
    });
    await writeFile(
      join(folder, 'authority.sqlite'),
      'no database of SQLite at all, but some text'.repeat(100),
      { mode: 0o600 },
    );
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
  });
});

// Skipped where the user may not mount a tmpfs (needs root and CAP_SYS_ADMIN).
describe.skipIf(!mayMount())('a disk that is full (a test that needs the right to mount one)', () => {
  it('is said where there is no space for a new database, and the next attempt succeeds', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60k', 'tmpfs', disk]);
    try {
      await expect(openStore(disk)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
        message: expect.stringContaining('disk is full'),
        place: join(disk, 'authority.sqlite'),
        remedy: expect.stringContaining('make space'),
      });
      execFileSync('mount', ['-o', 'remount,size=2m', disk]);
      await using _store = await openStore(disk);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it('rejects changes, acknowledges none that is lost, and goes on once there is space', async () => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    try {
      const ballast = join(disk, 'ballast');
      await writeFile(ballast, Buffer.alloc(600_000));
      const acknowledged: string[] = [];
      {
        await using store = await openStore(disk, { now: () => now });
        const { ledger } = store;
        let refused: unknown;
        for (let count = 0; refused === undefined && count < 10_000; count++) {
          await ledger.append(entry(serial(count))).then(
            () => acknowledged.push(serial(count)),
            (fault: unknown) => {
              refused = fault;
            },
          );
        }
        expect(refused).toMatchObject(unavailable);
        expect(store.standing()).toMatchObject({ ok: false, since: now });
        expect(await ledger.find(issuer, serial(0))).toBeDefined();
        await rm(ballast);
        await ledger.append(entry('ff'));
        acknowledged.push('ff');
        expect(store.standing()).toEqual({ ok: true });
      }
      await using after = await openStore(disk);
      const page = await after.ledger.list({ limit: 1_000 });
      expect(page.certificates.map(({ serialHex }) => serialHex)).toEqual(acknowledged);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});

describe('a database whose disk does not answer', () => {
  it('says so after 10 s, and refuses what would wait for it, until it answers', async () => {
    const { driver } = await breakable();
    let thaw = (): void => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let time = now;
    const { ledger, queue } = ledgerHere(
      {
        ...driver,
        async transaction(mode, work) {
          await frozen;
          return driver.transaction(mode, work);
        },
      },
      () => time,
    );
    const waiting = ledger.append(entry(serial(1)));
    await Promise.resolve().then(() => {});
    time += 10_000;
    expect(queue.standing()).toEqual({ ok: true });
    time += 1;
    expect(queue.standing()).toMatchObject({
      ok: false,
      since: now,
      remedy: expect.stringContaining('fsfreeze'),
    });
    await expect(ledger.append(entry(serial(2)))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
    });
    thaw();
    await waiting;
    expect(queue.standing()).toEqual({ ok: true });
    await ledger.append(entry(serial(3)));
    expect(await ledger.find(issuer, serial(2))).toBeUndefined();
  });
});
