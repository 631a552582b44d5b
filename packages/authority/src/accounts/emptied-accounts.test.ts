import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountDirectory, createMemoryDirectory } from '@entente/accounts/directory';
import { noteAccountsAt, wereAccountsSeenAt } from '@entente/store-sql';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Health } from '../health/health.ts';
import { watchElsewhere } from './emptied-accounts.ts';

const address = 'alice@contoso.example';
const alice = { address, verifiers: {}, state: 'enabled', rights: [] } as const;

describe('accounts that are kept elsewhere', () => {
  let directory: string;
  let health: Health;
  let logged: unknown[];
  let stop: () => void;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-emptied-'));
    [health, logged, stop] = [new Health(), [], () => {}];
  });
  afterEach(async () => {
    stop();
    await rm(directory, { recursive: true, force: true });
  });

  const log = createTestLog(({ fields }) => void logged.push((fields as { event?: unknown }).event));
  /** Begins, as each start of an authority does. @returns resolves when it has looked */
  const begin = async (elsewhere: AccountDirectory, own: AccountDirectory) => {
    health = new Health();
    let looks = 0;
    const counting = {
      ...elsewhere,
      standing: () => ({ ok: true }) as const,
      changes: (...asked: Parameters<AccountDirectory['changes']>) => {
        looks++;
        return elsewhere.changes(...asked);
      },
    };
    stop();
    stop = watchElsewhere(counting, own, { directory, health, log });
    await expect.poll(() => looks).toBeGreaterThan(0);
  };

  const isNoted = () => expect.poll(() => wereAccountsSeenAt(directory, 'memory')).toBe(true);

  it('are missed where a database that has never had any is in their place, until there is one again', async () => {
    await noteAccountsAt(directory, 'memory');
    const before = createMemoryDirectory();
    await before.put(alice, 'absent');
    await begin(before, createMemoryDirectory());
    expect(health.problems()).toEqual([]);
    await isNoted();
    const made = createMemoryDirectory({ epoch: 'another' });
    await begin(made, createMemoryDirectory());
    await expect
      .poll(() => health.problems())
      .toMatchObject([{ part: 'accounts', remedy: expect.stringContaining('entente user import') }]);
    expect(logged).toContain('accounts-emptied');
    await made.put(alice, 'absent');
    await expect.poll(() => health.problems()).toEqual([]);
  });

  it('are missed where those that were moved there are gone, whatever was noted', async () => {
    const own = createMemoryDirectory();
    await own.put(alice, 'absent');
    await begin(createMemoryDirectory(), own);
    await expect.poll(() => health.problems()).toMatchObject([{ part: 'accounts' }]);
  });

  it('are not missed where there were none, and where all were removed', async () => {
    const elsewhere = createMemoryDirectory();
    await begin(elsewhere, createMemoryDirectory());
    const put = await elsewhere.put(alice, 'absent');
    await elsewhere.remove(address, put.ok ? put.record.version : 0);
    await begin(elsewhere, createMemoryDirectory());
    await isNoted();
    expect(health.problems()).toEqual([]);
    expect(logged).toEqual([]);
  });
});
