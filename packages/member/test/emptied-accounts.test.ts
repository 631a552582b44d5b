import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { formatFeedPage, KnownAccounts } from '@entente/accounts/feed';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountsFile } from '../src/accounts/accounts-file.ts';
import { MemberFiles } from '../src/files/member-files.ts';

const position = (version: number) => ({ epoch: 'one', version, begun: 0 });
const change = (name: string) => {
  const address = `${name}@contoso.example`;
  const verifiers = verifiersOf(address, 'secret') ?? {};
  const account: Account = { address, verifiers, state: 'enabled', rights: [] };
  return { address, account };
};
let known: KnownAccounts;
const add = async (file: AccountsFile, name: string, version: number) => {
  const changes = [change(name)];
  known.apply(changes);
  const page = formatFeedPage({ view: 'verifiers', changes, position: position(version), more: false });
  await file.add(page, 1, known, position(version));
};

describe('a file of accounts that somebody else has changed while the server runs', () => {
  let folder: string;
  let path: string;
  let events: unknown[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-emptied-accounts-'));
    path = join(folder, 'accounts.jsonl');
    events = [];
    known = new KnownAccounts();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () =>
    new AccountsFile(
      new MemberFiles(folder),
      createTestLog(({ fields }) => void events.push((fields as { event?: unknown }).event)),
    );
  const kept = async () =>
    [...((await open().restore())?.known.all() ?? [])].map(({ address }) => address).sort();

  it.each([
    ['emptied', () => truncate(path, 0)],
    ['replaced by an earlier copy', () => copyFile(`${path}.earlier`, path)],
  ])(
    'has all of them with the next change where it was %s, so that no later run takes the last one for all',
    async (_, go) => {
      const file = open();
      known.apply([change('alice')]);
      await file.replace(known, position(1));
      await copyFile(path, `${path}.earlier`);
      await add(file, 'bob', 2);
      await go();
      await add(file, 'carol', 3);
      await add(file, 'dora', 4);
      const all = ['alice', 'bob', 'carol', 'dora'].map((name) => `${name}@contoso.example`);
      expect(await kept()).toEqual(all);
      expect(events).toEqual(['accounts-damaged']);
    },
  );

  it('is known by a later run as that has found it', async () => {
    const file = open();
    known.apply([change('alice')]);
    await file.replace(known, position(1));
    const next = open();
    await next.restore();
    await add(next, 'bob', 2);
    await truncate(path, 0);
    await add(next, 'carol', 3);
    expect(await kept()).toEqual(['alice', 'bob', 'carol'].map((name) => `${name}@contoso.example`));
    expect(events).toEqual(['accounts-damaged']);
  });
});
