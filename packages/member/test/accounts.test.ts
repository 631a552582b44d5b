import { appendFile, chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { createMemoryDirectory, type FeedPosition } from '@entente/accounts/directory';
import { type ChangedAccount, formatFeedPage, parsePosition } from '@entente/accounts/feed';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountsFile } from '../src/accounts/accounts-file.ts';
import { AccountsFollower } from '../src/accounts/accounts-follower.ts';
import { authorityFeed } from '../src/accounts/authority-feed.ts';
import { MemberFiles } from '../src/files/member-files.ts';
import { TestClock } from './sample-domain.ts';

const account = (name: string, more: Partial<Account> = {}): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, state: 'enabled', rights: [], ...more };
};
const [alice, bob, carol] = [account('alice'), account('bob'), account('carol')];

describe('a member that follows the accounts', () => {
  let folder: string;
  let directory: ReturnType<typeof createMemoryDirectory>;
  let clock: TestClock;
  let lines: { readonly event: unknown; readonly reason?: unknown }[];
  let asked: (FeedPosition | undefined)[];
  /** What the authority answers instead of the page. */
  let broken: ((page: string) => Response | Promise<Response>) | undefined;
  let pageSize: number;
  const started: AsyncDisposable[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-accounts-'));
    directory = createMemoryDirectory({ keptRemovals: 2 });
    clock = new TestClock(Date.now());
    lines = [];
    asked = [];
    broken = undefined;
    pageSize = 2;
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const file = () => join(folder, 'accounts.jsonl');
  const put = async (one: Account) => {
    const found = await directory.find(one.address);
    await directory.put(one, found?.version ?? 'absent');
  };
  const remove = async ({ address }: Account) =>
    directory.remove(address, (await directory.find(address))?.version ?? 0);
  const get = async (path: string): Promise<Response> => {
    const text = new URL(path, 'https://ca.contoso.example').searchParams.get('since');
    const since = text === null ? undefined : parsePosition(text);
    asked.push(since);
    if (asked.length > 5_000) throw new Error('asked without end');
    const page = await directory.changes(since, pageSize);
    if (!page.ok) return Response.json({ reason: page.refusal.reason }, { status: 409 });
    const changes = page.changes.map(({ address, record }) =>
      record === undefined ? { address } : { address, account: record.account },
    );
    const answer = formatFeedPage({ ...page, view: 'verifiers', changes });
    return broken === undefined ? new Response(answer) : broken(answer);
  };

  async function follow({ listens = true, maxAccounts = 1_000 } = {}) {
    let news = (): void => {};
    let heard = (): void => {};
    const changes: ChangedAccount[][] = [];
    const log = createTestLog(({ fields }) => void lines.push(fields as (typeof lines)[number]));
    const written = new AccountsFile(new MemberFiles(folder), log);
    const follower = new AccountsFollower({
      authority: { url: 'https://ca.contoso.example', transport: () => expect.fail('no order') },
      source: authorityFeed({
        authority: { url: 'https://ca.contoso.example', get },
        onNews: (listener) => {
          news = listener;
          return () => {
            news = () => {};
          };
        },
      }),
      maxAccounts,
      file: written,
      clock,
      log,
    });
    started.push(follower);
    if (listens)
      follower.onChange((changed) => {
        changes.push([...changed]);
        heard();
      });
    await follower.start();
    await written.settled();
    return {
      follower,
      changes,
      /** The authority says that there is something new; ends once it is written. */
      async tell() {
        await new Promise<void>((resolve) => {
          heard = resolve;
          news();
        });
        await written.settled();
      },
      news: () => news(),
      known: () => [alice, bob, carol].map(({ address }) => follower.known.of(address)),
    };
  }

  it('reads all of them, in pages, then what has changed', async () => {
    for (const each of [alice, bob, carol]) await put(each);
    const { changes, follower, known, tell } = await follow();
    expect(known()).toEqual([alice, bob, carol]);
    expect(asked.map((since) => since?.version)).toEqual([undefined, 2]);
    expect(changes, 'all at once').toHaveLength(1);
    expect(follower.problems()).toEqual([]);
    const disabled: Account = { ...bob, state: 'disabled' };
    await put(disabled);
    await tell();
    expect(changes[1]).toEqual([{ address: bob.address, before: bob, after: disabled }]);
    await remove(alice);
    await tell();
    expect(known()).toEqual([undefined, disabled, carol]);
  });

  it('has those of an earlier run without the authority, and goes on from there', async () => {
    for (const each of [alice, bob]) await put(each);
    const before = await follow();
    await put(carol);
    await before.tell();
    await before.follower[Symbol.asyncDispose]();
    broken = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { follower, known } = await follow();
    expect(known()).toEqual([alice, bob, carol]);
    expect(follower.problems()).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ event: 'authority-unreachable' });
    broken = undefined;
    asked = [];
    await put({ ...alice, state: 'disabled' });
    clock.advance(1_000);
    await expect.poll(() => follower.known.of(alice.address)?.state).toBe('disabled');
    expect(asked.map((since) => since?.version)).toEqual([3]);
  });

  it('tells the first listener what has changed while it was not running, and nobody twice', async () => {
    for (const each of [alice, bob, carol]) await put(each);
    await (await follow()).follower[Symbol.asyncDispose]();
    const disabled: Account = { ...bob, state: 'disabled' };
    await put(disabled);
    await remove(carol);
    const { follower, news } = await follow({ listens: false });
    await put({ ...disabled, rights: ['dial-outside'] });
    news();
    await expect.poll(() => follower.known.of(bob.address)?.rights).toEqual(['dial-outside']);
    const told: (readonly ChangedAccount[])[] = [];
    const later: (readonly ChangedAccount[])[] = [];
    follower.onChange((changes) => told.push(changes));
    follower.onChange((changes) => later.push(changes));
    expect(told).toEqual([
      [
        { address: bob.address, before: bob, after: { ...disabled, rights: ['dial-outside'] } },
        { address: carol.address, before: carol },
      ],
    ]);
    expect(later).toEqual([]);
  });

  it('says that nobody can sign in where there never were any', async () => {
    broken = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { follower } = await follow();
    expect(follower.problems()).toMatchObject([{ part: 'accounts', stops: true }]);
    broken = undefined;
    await put(alice);
    clock.advance(1_000);
    await expect.poll(() => follower.known.size).toBe(1);
    expect(follower.problems()).toEqual([]);
  });

  it('begins again where its position is lost, and those that are gone are gone', async () => {
    for (const each of [alice, bob, carol]) await put(each);
    const { changes, known, tell } = await follow();
    for (const name of ['x', 'y', 'z']) {
      await put(account(name));
      await remove(account(name));
    }
    await remove(bob);
    await put(account('x'));
    asked = [];
    await tell();
    expect(lines).toContainEqual(expect.objectContaining({ event: 'accounts-begun-again' }));
    expect(asked[1]).toBeUndefined();
    expect(known()).toEqual([alice, undefined, carol]);
    expect(changes[1]?.map(({ address }) => address)).toEqual([bob.address, 'x@contoso.example']);
    const again = await follow();
    expect(again.known(), 'and a later run knows the same').toEqual([alice, undefined, carol]);
  });

  it('keeps its accounts where another directory that has few of them has taken the place of theirs, and says so', async () => {
    for (const each of [alice, bob, carol]) await put(each);
    const { changes, follower, known, news, tell } = await follow();
    const kept = await readFile(file(), 'utf8');
    directory = createMemoryDirectory({ epoch: 'another' });
    const isHeld = (left: number) =>
      expect.poll(() => follower.problems()[0]?.message).toContain(`has ${left} of the 3 accounts`);
    news();
    await isHeld(0);
    await put(alice);
    await put(account('somebody'));
    news();
    await isHeld(1);
    expect(follower.problems()).toMatchObject([{ part: 'accounts', stops: false }]);
    expect(follower.problems()[0]?.remedy).toContain('entente user import');
    expect([known(), changes.length]).toEqual([[alice, bob, carol], 1]);
    expect(await readFile(file(), 'utf8'), 'it may be the last copy').toBe(kept);
    await put(bob);
    await tell();
    expect(known()).toEqual([alice, bob, undefined]);
    expect(follower.problems()).toMatchObject([{ message: expect.stringContaining('and 1 are missing') }]);
    await put(carol);
    await tell();
    expect([known(), follower.problems()]).toEqual([[alice, bob, carol], []]);
  });

  it('says which accounts another history of their directory has as they were before: a replica may have taken over without the last changes', async () => {
    for (const each of [alice, { ...bob, state: 'disabled' } as const, carol]) await put(each);
    const { follower, known, tell } = await follow();
    directory = createMemoryDirectory({ epoch: 'another' });
    const before: Account = { ...alice, verifiers: verifiersOf(alice.address, 'as before') ?? {} };
    for (const each of [before, bob]) await put(each);
    await tell();
    expect(known()).toEqual([before, bob, undefined]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'accounts-went-back',
        enabledAgain: 1,
        otherPasswords: 1,
        missing: 1,
        some: [alice.address, bob.address, carol.address],
        remedy: expect.stringContaining('synchronous_standby_names'),
      }),
    );
    expect(follower.problems(), 'its health and the status of the network have it too').toMatchObject([
      {
        part: 'accounts',
        message: expect.not.stringContaining('@'),
        remedy: expect.stringContaining('entente user disable'),
        stops: false,
      },
    ]);
    lines.length = 0;
    directory = createMemoryDirectory({ epoch: 'third' });
    for (const each of [before, bob, carol]) await put(each);
    await tell();
    expect(
      lines.map(({ event }) => event),
      'nothing went back',
    ).toEqual(['accounts-begun-again', 'accounts']);
  });

  it('forgets all accounts where all were removed, also where nobody can say one by one', async () => {
    for (const each of [alice, bob, carol]) await put(each);
    const { follower, known, tell } = await follow();
    for (const each of [alice, bob, carol]) await remove(each);
    await tell();
    expect(lines).toContainEqual(expect.objectContaining({ event: 'accounts-begun-again' }));
    expect([known(), follower.problems()]).toEqual([[undefined, undefined, undefined], []]);
  });

  it('keeps in force what it has while an answer is none, is cut off, or never ends', async () => {
    await put(alice);
    const { follower, news } = await follow();
    const answers: ((page: string) => Response)[] = [
      () => new Response('no', { status: 503 }),
      (page) => new Response(page.slice(0, -1)),
      (page) => new Response(page.replace('"more":false', '"more":true')),
      (page) => new Response(page.replace('alice@', 'al ice@')),
    ];
    for (const answer of answers) {
      lines = [];
      broken = answer;
      if (answer === answers[3]) await put({ ...alice, rights: ['dial-outside'] });
      news();
      await expect
        .poll(() => lines)
        .toContainEqual(expect.objectContaining({ event: 'authority-answer-refused' }));
      expect(follower.known.of(alice.address)).toEqual(alice);
    }
  });

  it('keeps them in a file that nobody else may read, and uses none that others may read', async () => {
    await put(alice);
    await (await follow()).follower[Symbol.asyncDispose]();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    await chmod(file(), 0o644);
    await expect(follow()).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
  });

  it('leaves out a line that a crash has cut short, reads its page again, and writes the file whole', async () => {
    for (const each of [alice, bob]) await put(each);
    const { follower, tell } = await follow();
    await put(carol);
    await tell();
    await follower[Symbol.asyncDispose]();
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.slice(0, -20), { mode: 0o600 });
    asked = [];
    const again = await follow();
    expect(again.known()).toEqual([alice, bob, carol]);
    expect(asked.map((since) => since?.version)).toEqual([2]);
    await again.follower[Symbol.asyncDispose]();
    broken = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect((await follow()).known()).toEqual([alice, bob, carol]);
  });

  it('reads all of them again where the file is damaged', async () => {
    await put(alice);
    await (await follow()).follower[Symbol.asyncDispose]();
    await appendFile(file(), 'something else\n');
    const { known } = await follow();
    expect(known()[0]).toEqual(alice);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'accounts-damaged' }));
  });

  it('takes no page with more accounts than it may have, in force or in its file, and what comes after it once there are fewer', async () => {
    for (const each of [alice, bob]) await put(each);
    const { changes, follower, known, news, tell } = await follow({ maxAccounts: 2 });
    const before = await readFile(file(), 'utf8');
    await put({ ...bob, state: 'disabled' });
    await put(carol);
    news();
    await expect
      .poll(() => lines)
      .toContainEqual(expect.objectContaining({ remedy: expect.stringContaining('entente user remove') }));
    expect([known(), changes.length]).toEqual([[alice, bob, undefined], 1]);
    expect(await readFile(file(), 'utf8')).toBe(before);
    await remove(alice);
    await tell();
    const left = [undefined, { ...bob, state: 'disabled' }, carol];
    await expect.poll(known).toEqual(left);
    await follower[Symbol.asyncDispose]();
    broken = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect((await follow()).known(), 'nothing is missing in the file').toEqual(left);
    broken = undefined;
    await rm(file());
    await put(account('dave'));
    expect((await follow({ maxAccounts: 2 })).follower.known.size, 'nor all of them').toBe(0);
  });

  it('lets its file grow to twice what is in it, and no further', async () => {
    await put(alice);
    const { tell } = await follow();
    const sizes: number[] = [];
    for (let i = 0; i < 1_005; i++) {
      await put({ ...alice, state: i % 2 === 0 ? 'disabled' : 'enabled' });
      await tell();
      sizes.push((await stat(file())).size);
    }
    expect(Math.min(...sizes.slice(1_000)), 'it was written whole').toBeLessThan(3_000);
  });

  it('lets its file grow no further over restarts', async () => {
    await put(alice);
    const sizes: number[] = [];
    for (let run = 0; run < 2; run++) {
      const { follower, tell } = await follow();
      for (let i = 0; i < 510; i++) {
        await put({ ...alice, state: i % 2 === 0 ? 'disabled' : 'enabled' });
        await tell();
        sizes.push((await stat(file())).size);
      }
      await follower[Symbol.asyncDispose]();
    }
    expect(Math.min(...sizes.slice(510)), 'it was written whole').toBeLessThan(3_000);
  });
});
