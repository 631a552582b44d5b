import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { describe, expect, it } from 'vitest';
import { databasesOn } from './postgres-databases.ts';
import { enabled } from './records.ts';

const reason = whyNoPostgres();

describe.skipIf(reason !== undefined)(`a copy of the files of PostgreSQL ${reason ?? ''}`, () => {
  it('that is put back while servers run is another history for who has read what it lacks, also once as much has changed again, each time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-put-back-'));
    const data = join(folder, 'data');
    const copy = join(folder, 'copy');
    // They belong to the user of the server.
    const copied = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);
    try {
      await using postgres = await startPostgres({ folder });
      const databases = databasesOn(postgres);
      const putBack = async () => {
        await postgres.stop('fast');
        await rm(data, { recursive: true });
        copied(copy, data);
        await postgres.start();
      };
      const server = await databases.create();
      const accounts = await databases.open(server, { patienceMs: 100_000 });
      await accounts.put(enabled('alice'), 'absent');
      await postgres.stop('fast');
      copied(data, copy);
      await postgres.start();
      await accounts.put(enabled('bob'), 'absent');
      const read = await accounts.changes(undefined, 10);
      if (!read.ok) throw new Error(read.refusal.message);
      expect(read.position.version).toBe(2);

      await putBack();
      for (const name of ['carol', 'dave', 'erin'])
        expect(await accounts.put(enabled(name), 'absent')).toMatchObject({ ok: true });
      // Who has read the second change would be given the third one and what follows alone.
      expect(await accounts.changes(read.position, 10)).toMatchObject({ ok: false });
      const again = await accounts.changes(undefined, 10);
      expect(again.ok && again.changes.map(({ address }) => address.split('@')[0])).toEqual([
        'alice',
        'carol',
        'dave',
        'erin',
      ]);
      await accounts.put(enabled('frank'), 'absent');
      expect(again.ok && (await accounts.changes(again.position, 10)).ok, 'and one other history alone').toBe(
        true,
      );

      await putBack();
      for (const name of ['grace', 'heidi', 'ivan'])
        expect(await accounts.put(enabled(name), 'absent')).toMatchObject({ ok: true });
      expect(
        await accounts.changes(read.position, 10),
        'for who was away since the first time',
      ).toMatchObject({
        ok: false,
      });
      await databases.close();
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  });
});
