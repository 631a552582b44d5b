import { execFileSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayMount } from './may-mount.ts';
import { describeOnPostgres } from './on-postgres.ts';
import { enabled } from './records.ts';

// Skipped where the user may not mount a tmpfs (needs root and CAP_SYS_ADMIN).
describe.skipIf(!mayMount())('a test that needs the right to mount a disk', () => {
  describeOnPostgres('accounts in PostgreSQL whose disk is full', (on) => {
    let disk: string;
    beforeAll(async () => {
      disk = await mkdtemp(join(tmpdir(), 'entente-full-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]);
    });
    afterAll(async () => {
      await on.postgres.stop('kill');
      execFileSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true, force: true });
    });

    it('are refused, read all the same, none that was acknowledged is lost, and the next ones are stored once there is space', async () => {
      const files = join(disk, 'files');
      await mkdir(files);
      const { gid, uid } = await stat(join(on.postgres.socketFolder, 'data'));
      await chown(files, uid, gid);
      const server = await on.databases.create();
      await on.databases.sql('postgres', `CREATE TABLESPACE small LOCATION '${files}'`);
      await on.databases.sql('postgres', `ALTER DATABASE ${server.database} SET TABLESPACE small`);
      const accounts = await on.databases.open(server);
      const ballast = join(disk, 'ballast');
      const free = Number(
        execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).split('\n')[1],
      );
      await writeFile(ballast, Buffer.alloc(free - 400_000));

      const acknowledged: string[] = [];
      let refused: unknown;
      for (let round = 0; refused === undefined && round < 500; round++) {
        const added = Array.from({ length: 100 }, (_, index) => enabled(`u${round}-${index}`));
        const outcomes = await Promise.allSettled(added.map((account) => accounts.put(account, 'absent')));
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') refused = outcome.reason;
          else if (outcome.value.ok) acknowledged.push(outcome.value.record.account.address);
        }
      }
      expect(refused).toMatchObject({
        code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
        remedy: expect.stringContaining('disk'),
      });
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(await accounts.find(acknowledged[0] ?? '')).toBeDefined();
      expect(accounts.standing()).toMatchObject({ ok: false, remedy: expect.stringContaining('disk') });
      await rm(ballast);
      expect(await accounts.put(enabled('later'), 'absent')).toMatchObject({ ok: true });
      expect(accounts.standing()).toEqual({ ok: true });
      const [row] = await on.databases.sql(
        server.database,
        'SELECT count(*)::integer AS count FROM accounts',
      );
      expect(row?.count).toBe(acknowledged.length + 1);
    });
  });
});
