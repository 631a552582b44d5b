import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { AccountsFault, createMemoryDirectory } from '@entente/accounts/directory';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountsConfirmation } from '../src/accounts/accounts-confirmation.ts';
import { AccountsFile } from '../src/accounts/accounts-file.ts';
import { AccountsFollower } from '../src/accounts/accounts-follower.ts';
import { directoryFeed } from '../src/accounts/directory-feed.ts';
import { MemberFiles } from '../src/files/member-files.ts';
import { TestClock } from './sample-domain.ts';

const account = (name: string, more: Partial<Account> = {}): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, state: 'enabled', rights: [], ...more };
};
const alice = account('alice');
const refuseAfterMs = 3_600_000;
const place = 'postgresql://reader@db1.contoso.example:5432/entente';

describe('a member that reads the accounts from a directory itself', () => {
  let folder: string;
  let directory: ReturnType<typeof createMemoryDirectory>;
  let clock: TestClock;
  let events: unknown[];
  let away: boolean;
  let reads: number;
  const started: AsyncDisposable[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-accounts-'));
    directory = createMemoryDirectory();
    clock = new TestClock(Date.now());
    events = [];
    away = false;
    reads = 0;
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function follow() {
    const log = createTestLog(({ fields }) => void events.push((fields as { event?: unknown }).event));
    const source = directoryFeed({
      place,
      onChange: (listener) => directory.onChange(listener),
      async changes(since, limit) {
        reads++;
        if (away) {
          const parts = {
            sentence: 'PostgreSQL cannot be reached',
            place,
            remedy: 'check that PostgreSQL runs',
          };
          throw new AccountsFault('ENTENTE_ACCOUNTS_UNAVAILABLE', parts);
        }
        return directory.changes(since, limit);
      },
    });
    const follower = new AccountsFollower({
      source,
      authority: { url: 'https://ca.contoso.example', transport: () => expect.fail('no order') },
      confirmation: new AccountsConfirmation({ place, refuseAfterMs: () => refuseAfterMs, clock, log }),
      file: new AccountsFile(new MemberFiles(folder), log),
      clock,
      log,
    });
    started.push(follower);
    await follower.start();
    return follower;
  }
  /** Lets time pass, and waits for what the follower does then. */
  const pass = async (ms: number) => {
    const before = reads;
    clock.advance(ms);
    await expect.poll(() => reads > before && clock.waiting > 0).toBe(true);
  };
  const stop = async () => {
    for (const each of started.splice(0)) await each[Symbol.asyncDispose]();
  };

  it('knows them, and what has changed, also where nobody tells it', async () => {
    await directory.put(alice, 'absent');
    const follower = await follow();
    expect(follower.known.of(alice.address)).toEqual(alice);
    const heard = new Promise<void>((resolve) => void follower.onChange(() => resolve()));
    const { version = 0 } = (await directory.find(alice.address)) ?? {};
    await directory.put({ ...alice, state: 'disabled' }, version);
    await heard;
    expect(follower.known.of(alice.address)?.state).toBe('disabled');
    vi.spyOn(directory, 'onChange').mockReturnValue(() => {});
    await stop();
    const silent = await follow();
    await directory.remove(alice.address, (await directory.find(alice.address))?.version ?? 0);
    await pass(15_000);
    expect(silent.known.of(alice.address)).toBeUndefined();
  });

  it('goes on with what it knows while the directory is away, and says so and until when', async () => {
    await directory.put(alice, 'absent');
    const follower = await follow();
    expect([follower.problems(), follower.confirmedAt]).toEqual([[], clock.now()]);
    away = true;
    const confirmed = clock.now();
    await pass(15_000);
    expect(follower.known.of(alice.address)).toEqual(alice);
    expect(follower.isStale).toBe(false);
    expect(follower.confirmedAt).toBe(confirmed);
    expect(follower.problems()).toEqual([
      {
        part: 'accounts',
        message: expect.stringContaining(new Date(confirmed + refuseAfterMs).toISOString()),
        remedy: 'check that PostgreSQL runs',
        stops: false,
      },
    ]);
    expect(events).toContain('accounts-unavailable');
  });

  it('believes nothing any more when they were not confirmed for too long, and again once they are', async () => {
    await directory.put(alice, 'absent');
    const follower = await follow();
    away = true;
    await pass(refuseAfterMs - 1);
    expect(follower.isStale).toBe(false);
    await pass(45_000);
    expect(follower.isStale).toBe(true);
    expect(follower.problems()).toMatchObject([{ part: 'accounts', stops: true }]);
    await pass(45_000);
    expect(events.filter((event) => event === 'accounts-stale')).toHaveLength(1);
    away = false;
    await pass(45_000);
    expect([follower.isStale, follower.problems()]).toEqual([false, []]);
    expect(events).toContain('accounts-confirmed');
  });

  it('counts from the last confirmation over a restart, not from the start', async () => {
    await directory.put(alice, 'absent');
    await follow();
    await stop();
    away = true;
    clock.advance(refuseAfterMs);
    const follower = await follow();
    expect(follower.known.of(alice.address)).toEqual(alice);
    expect(follower.isStale).toBe(true);
  });

  it('keeps its accounts while the directory is another one without any, and believes them for as long as if it were away', async () => {
    await directory.put(alice, 'absent');
    const follower = await follow();
    directory = createMemoryDirectory({ epoch: 'another' });
    await pass(15_000);
    expect(follower.known.of(alice.address)).toEqual(alice);
    expect(follower.problems()).toMatchObject([{ part: 'accounts', stops: false }]);
    expect(follower.problems()[0]?.remedy).toContain('entente user import');
    for (let passed = 0; passed < refuseAfterMs; passed += 60_000) await pass(60_000);
    expect([follower.isStale, follower.problems()[0]?.stops]).toEqual([true, true]);
  });

  it('takes no row that is no account, and keeps what it knew', async () => {
    await directory.put(alice, 'absent');
    const follower = await follow();
    const bad = { ...alice, address: 'nobody' };
    vi.spyOn(directory, 'changes').mockImplementation(async (since) => ({
      ok: true,
      more: false,
      position: { epoch: 'memory', begun: since?.begun ?? 0, version: 9 },
      changes: [
        { address: bad.address, version: 9, record: { account: bad, version: 9, contactsVersion: 0 } },
      ],
    }));
    await pass(15_000);
    expect(follower.known.of(alice.address)).toEqual(alice);
    expect(follower.problems()).toMatchObject([{ message: expect.stringContaining('a row that is none') }]);
  });
});
