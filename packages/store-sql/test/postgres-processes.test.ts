import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AccountRecord } from '@entente/accounts';
import type { FeedPosition } from '@entente/accounts/directory';
import type { PostgresServer } from '@entente/store-sql/postgres';
import { afterEach, expect, it } from 'vitest';
import { describeOnPostgres } from './on-postgres.ts';

const running: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts a process that changes accounts, and resolves once it has been told that enough are stored. */
async function startWriting(server: PostgresServer, prefix: string, acknowledged: Set<string>) {
  const script = fileURLToPath(new URL('./postgres-writing-process.ts', import.meta.url));
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...node, script, JSON.stringify(server), prefix]);
  running.push(child);
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += String(text);
  });
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (address) => {
      acknowledged.add(address);
      if (++count === 100) resolve();
    });
    child.on('exit', () => reject(new Error(complaint)));
  });
  return {
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

describeOnPostgres('processes that change accounts at once', (on) => {
  it('lose nothing that was acknowledged when one is killed, and a reader of the feed misses nothing', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    const known = new Map<string, AccountRecord>();
    let position: FeedPosition | undefined;
    let last = 0;
    const read = async (): Promise<void> => {
      for (let more = true; more; ) {
        const page = await accounts.changes(position, 50);
        if (!page.ok) throw new Error(page.refusal.message);
        for (const { address, record, version } of page.changes) {
          expect(version).toBeGreaterThan(last);
          last = version;
          if (record === undefined) known.delete(address);
          else known.set(address, record);
        }
        ({ more, position } = page);
      }
    };
    let reading: Promise<void> | undefined;
    let failure: unknown;
    const end = accounts.onChange(() => {
      reading ??= read()
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => {
          reading = undefined;
        });
    });

    const acknowledged = new Set<string>();
    const steady = await startWriting(server, 'steady', acknowledged);
    for (let round = 0; round < 3; round++) {
      await (await startWriting(server, `killed${round}-`, acknowledged)).kill();
    }
    await steady.kill();
    // What a killed process had under way ends when the server notices.
    await on.databases.sql(server.database, 'BEGIN; LOCK TABLE account_feed; COMMIT');
    end();
    await reading;
    await read();
    expect(failure).toBeUndefined();
    expect([...acknowledged].filter((address) => !known.has(address))).toEqual([]);
    const listed: AccountRecord[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await accounts.list({ limit: 1_000, ...(after === undefined ? {} : { after }) });
      listed.push(...page.records);
      after = page.next;
      more = after !== undefined;
    }
    const addresses = (records: Iterable<AccountRecord>) =>
      [...records].map(({ account }) => account.address).sort();
    expect(addresses(known.values())).toEqual(addresses(listed));
  });
});
