import type { AccountRecord } from '../../account.ts';
import type { FeedPosition } from '../account-directory.ts';
import {
  account,
  contact,
  type DirectoryRule,
  type DirectoryUnderTest,
  must,
  readFeed,
  reasonOf,
  same,
  stored,
  users,
} from './rule.ts';

/** Rules about what a reader hears of changes. */
export const feedRules: readonly DirectoryRule[] = [
  {
    id: 'feed-resumes',
    rule: 'tells a reader what has changed since its position, in order, each account once with its last state',
    async check({ directory }) {
      const empty = await readFeed(directory, undefined);
      must(empty.changes.length === 0, 'reports accounts that nobody added');
      const records = new Map<string, AccountRecord>();
      for (const user of ['e', 'd', 'c', 'b', 'a']) {
        records.set(user, await stored(directory, account(user)));
      }
      const first = await readFeed(directory, empty.position, 2);
      must(users(first.changes) === 'e,d,c,b,a', `told ${users(first.changes)}`);
      must(
        same(
          first.changes.map(({ record }) => record),
          [...records.values()],
        ),
        'told other states',
      );
      const versions = first.changes.map(({ version }) => version);
      must(
        versions.every((version, index) => version > (versions[index - 1] ?? 0)),
        `told ${versions}`,
      );
      const nothing = await readFeed(directory, first.position);
      must(nothing.changes.length === 0, `told ${users(nothing.changes)} again`);

      const once = await stored(directory, account('d', { state: 'disabled' }), versionOf(records, 'd'));
      const twice = await stored(directory, account('d', { rights: ['dial-outside'] }), once.version);
      const removed = await directory.remove('e@contoso.example', versionOf(records, 'e'));
      const list = await directory.putContacts('b@contoso.example', [contact('ann')], 0);
      const second = await readFeed(directory, nothing.position, 1);
      must(users(second.changes) === 'd,e,b', `then told ${users(second.changes)}`);
      must(same(second.changes[0]?.record, twice), 'told a state before the last one');
      must(removed.ok && second.changes[1]?.version === removed.version, 'told another version of a removal');
      must(second.changes[1]?.record === undefined, 'told a removed account as if it were there');
      must(list.ok && second.changes[2]?.record?.contactsVersion === list.list.version, 'no contact list');
      const all = await readFeed(directory, undefined);
      const there = all.changes.filter(({ record }) => record !== undefined);
      must(users(there) === 'c,a,d,b', `tells one who begins ${users(there)}`);
    },
  },
  {
    id: 'feed-shows-return',
    rule: 'reports an account that was removed and added again once, as it is now',
    async check({ directory }) {
      const { version } = await stored(directory, account('a'));
      const { position } = await readFeed(directory, undefined);
      await directory.remove('a@contoso.example', version);
      const back = await stored(directory, account('a', { state: 'disabled' }));
      const { changes } = await readFeed(directory, position);
      must(users(changes) === 'a' && same(changes[0]?.record, back), `told ${JSON.stringify(changes)}`);
    },
  },
  {
    id: 'feed-position-lost',
    rule: 'refuses a position of another feed, and one that it has not reached',
    async check({ directory }) {
      await stored(directory, account('a'));
      const { position } = await readFeed(directory, undefined);
      for (const wrong of [
        { ...position, epoch: 'another' },
        { ...position, version: position.version + 1 },
        { ...position, version: -1 },
        { ...position, version: Number.NaN },
        { ...position, begun: position.version + 1 },
      ]) {
        const found = reasonOf(await directory.changes(wrong, 10));
        must(found === 'position-lost', `answered ${found} to ${JSON.stringify(wrong)}`);
      }
    },
  },
  {
    id: 'feed-remembers-removals',
    rule: 'remembers as many removals as it was told to, and tells a reader before them that it must begin again',
    async check({ directory, keptRemovals }) {
      const records: AccountRecord[] = [];
      for (let index = 0; index <= keptRemovals; index++) {
        records.push(await stored(directory, account(`u${index}`)));
      }
      for (const user of ['stays', 'too']) await stored(directory, account(user));
      const before = (await readFeed(directory, undefined)).position;
      const remove = async (index: number): Promise<FeedPosition> => {
        const { account: entry, version } = records[index] as AccountRecord;
        await directory.remove(entry.address, version);
        const page = await directory.changes(undefined, 1_000);
        if (!page.ok) throw new Error('refused to begin');
        return page.position;
      };
      const afterFirst = await remove(0);
      for (let index = 1; index < keptRemovals; index++) await remove(index);
      const whole = await readFeed(directory, before);
      must(whole.changes.length === keptRemovals, `told ${whole.changes.length} of ${keptRemovals} removals`);
      await remove(keptRemovals);
      const lost = reasonOf(await directory.changes(before, 10));
      must(lost === 'position-lost', `answered ${lost} to a reader before a forgotten removal`);
      const rest = await readFeed(directory, afterFirst);
      must(rest.changes.length === keptRemovals, `told ${rest.changes.length} of ${keptRemovals} removals`);
      // One who begins now has seen no account that is forgotten, and comes to the end page by page.
      const begun = await readFeed(directory, undefined, 1);
      const there = begun.changes.filter(({ record }) => record !== undefined);
      must(users(there) === 'stays,too', `tells one who begins ${users(there)}`);
    },
  },
  {
    id: 'feed-whole-under-load',
    rule: 'leaves nothing out for a reader that reads while many change accounts at once',
    async check({ another, directory }) {
      const writers = another === undefined ? [directory] : [directory, await another()];
      const known = new Map<string, AccountRecord>();
      let position: FeedPosition | undefined;
      const read = async (): Promise<void> => {
        for (;;) {
          const page = await directory.changes(position, 7);
          if (!page.ok) {
            // As many removals have been forgotten since: a reader begins again, and still knows everything in the end.
            known.clear();
            position = undefined;
            continue;
          }
          for (const { address, record } of page.changes) {
            if (record === undefined) known.delete(address);
            else known.set(address, record);
          }
          position = page.position;
          if (!page.more) return;
        }
      };
      // One read for each change, while the others go on: a reader without pause would keep a directory that answers from memory from
      // ever coming to its writes.
      let reading = Promise.resolve();
      const write = async (writer: number): Promise<void> => {
        const target = writers[writer % writers.length] ?? directory;
        for (let round = 0; round < 12; round++) {
          const user = `u${writer}-${round % 4}`;
          const found = await target.find(`${user}@contoso.example`);
          if (found === undefined) await stored(target, account(user));
          else if (round % 3 === 0) await target.remove(found.account.address, found.version);
          else await stored(target, account(user, { state: 'disabled' }), found.version);
          reading = reading.then(read);
          // Not all at once, so that some write while a page is being read.
          if (round % 3 === writer % 3) await reading;
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
      await reading;
      await read();
      const { records } = await directory.list({ limit: 1_000 });
      const byAddress = [...known.values()].sort((one, other) =>
        one.account.address < other.account.address ? -1 : 1,
      );
      must(same(byAddress, records), `knows ${users(byAddress)}, and there are ${users(records)}`);
    },
  },
  {
    id: 'tells-listeners',
    rule: 'tells each listener of a change, whatever another one throws, and none that has ended or whose change was refused',
    async check(subject) {
      const { directory } = subject;
      let told = 0;
      let ended = 0;
      directory.onChange(() => {
        throw new Error('a listener that fails');
      });
      directory.onChange(() => told++);
      const end = directory.onChange(() => ended++);
      const { version } = await stored(directory, account('a'));
      await heard(subject, () => told > 0 && ended > 0, 'an account that was added');
      end();
      const changes = [
        () => stored(directory, account('a', { state: 'disabled' }), version),
        () => directory.putContacts('a@contoso.example', [], 0),
        async () => {
          const found = await directory.find('a@contoso.example');
          return directory.remove('a@contoso.example', found?.version ?? 0);
        },
      ];
      for (const [index, change] of changes.entries()) {
        const before = told;
        await change();
        await heard(subject, () => told > before, `change ${index + 2}`);
      }
      const last = told;
      await directory.remove('a@contoso.example', 1);
      must(ended < told, 'tells a listener that has ended');
      must(told === last || subject.waitUntil !== undefined, 'tells about a change that was refused');
    },
  },
  {
    id: 'hears-of-others',
    rule: 'tells its listeners of a change that another server made, and has it in its feed',
    needs: 'another',
    async check(subject) {
      const { another, directory } = subject;
      if (another === undefined) throw new Error('the directory under test cannot be opened twice');
      let told = 0;
      const { position } = await readFeed(directory, undefined);
      directory.onChange(() => told++);
      await stored(await another(), account('a'));
      await heard(subject, () => told > 0, 'a change of another server');
      must(users((await readFeed(directory, position)).changes) === 'a', 'does not have it in its feed');
    },
  },
];

function versionOf(records: ReadonlyMap<string, AccountRecord>, user: string): number {
  return records.get(user)?.version ?? 0;
}

async function heard({ waitUntil }: DirectoryUnderTest, condition: () => boolean, of: string): Promise<void> {
  if (waitUntil !== undefined) await waitUntil(condition);
  must(condition(), `did not tell a listener of ${of}`);
}
