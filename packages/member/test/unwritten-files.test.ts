import { mkdir, mkdtemp, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LateWrites } from '../src/files/late-writes.ts';
import { type FileName, MemberFiles } from '../src/files/member-files.ts';
import { unwrittenRemedy } from '../src/files/write-failure.ts';
import { missingProblems, unwrittenProblems } from '../src/follow/member-problem.ts';
import { TestClock } from './sample-domain.ts';

let folder: string;
let files: MemberFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-unwritten-'));
  files = new MemberFiles(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What stands where a file belongs keeps it from being written. */
const inTheWayOf = (name: FileName) => mkdir(files.path(name));
const outOfTheWayOf = (name: FileName) => rmdir(files.path(name));
const found = () => unwrittenProblems(files.unwritten).map(({ message, stops }) => [message, stops]);

describe('what a member could not write', () => {
  it.each(['topology', 'lists', 'lastKnown', 'domainKeys', 'accounts', 'accountsConfirmed'] as const)(
    'is in its health, with what to do, until it is written: %s',
    async (name) => {
      await inTheWayOf(name);
      await expect(files.write(name, 'text')).rejects.toThrow();
      expect(unwrittenProblems(files.unwritten)).toEqual([
        {
          part: 'files',
          message: expect.stringContaining(files.path(name)),
          remedy: expect.stringContaining('space'),
          stops: false,
        },
      ]);
      await outOfTheWayOf(name);
      await files.write(name, 'text');
      expect(found()).toEqual([]);
    },
  );

  it('is in its health for each file, whatever of another one is written', async () => {
    await inTheWayOf('topology');
    await expect(files.write('topology', 'text')).rejects.toThrow();
    await files.write('lastKnown', 'text');
    expect(found()).toHaveLength(1);
  });

  it('is in its health where something could not be added', async () => {
    await inTheWayOf('accounts');
    await expect(files.append('accounts', 'text')).rejects.toThrow();
    expect(found()).toHaveLength(1);
    await outOfTheWayOf('accounts');
    await files.write('accounts', 'text');
    await files.append('accounts', 'text');
    expect(found()).toEqual([]);
  });

  it('is a matter of the renewal where it is a certificate or a key', async () => {
    await inTheWayOf('pending');
    await expect(files.write('pending', 'text')).rejects.toThrow();
    expect(found()).toEqual([]);
  });

  it('is in its health and its log where a write has not ended after 5 s, until it ends', async () => {
    const clock = new TestClock(0);
    const lines: unknown[] = [];
    const log = createTestLog(({ fields }) => void lines.push(fields));
    const late = new LateWrites({ clock, log });
    let thaw = (): void => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const writing = late.follow('/srv/topology.json', () => frozen);
    clock.advance(4_999);
    expect([late.now, lines]).toEqual([[], []]);
    clock.advance(1);
    expect(unwrittenProblems(late.now)).toMatchObject([
      { part: 'files', message: expect.stringContaining('/srv/topology.json'), stops: false },
    ]);
    expect(lines).toMatchObject([{ event: 'file-late', remedy: expect.stringContaining('fsfreeze') }]);
    thaw();
    await writing;
    expect(late.now).toEqual([]);
    await late.follow('/srv/topology.json', async () => {});
    clock.advance(60_000);
    expect([late.now, lines.length, clock.waiting]).toEqual([[], 1, 0]);
  });

  it('has the remedy of what stands in its way', () => {
    expect(unwrittenRemedy('the folder of the file is read-only')).toContain('Mount the file system');
    expect(unwrittenRemedy('EROFS: read-only file system, open')).toContain('Mount the file system');
    expect(unwrittenRemedy('the folder of the file does not exist')).toContain('Do not restart');
    expect(unwrittenRemedy('ENOSPC: no space left on device, write')).toContain('Make space');
  });
});

describe('what a member would need to be started again', () => {
  it('is in its health where it is gone, until it is back', async () => {
    const needed = ['membership', 'certificate', 'key', 'roots', 'topology'] as const;
    for (const name of needed) await files.write(name, 'text');
    await files.lookForMissing();
    expect(missingProblems(files.missing)).toEqual([]);
    await rm(folder, { recursive: true });
    await files.lookForMissing();
    expect(files.missing).toEqual(needed.map((name) => files.path(name)));
    expect(missingProblems(files.missing)).toMatchObject([
      { part: 'files', remedy: expect.stringContaining('Do not restart'), stops: false },
    ]);
    await files.prepare();
    for (const name of needed) await files.write(name, 'text');
    await files.lookForMissing();
    expect(files.missing).toEqual([]);
  });

  it('is written again where it was deleted and is in memory, while the directory is that of the member', async () => {
    await files.write('membership', 'text');
    const kept = ['domainKeys', 'topology', 'lists', 'lastKnown'] as const;
    for (const name of kept) await files.write(name, name);
    // As a run that has found them there, and has written none.
    const next = new MemberFiles(folder);
    for (const name of kept) await next.read(name);
    for (const name of kept) await rm(next.path(name));
    expect(await next.lookForMissing()).toEqual(kept.map((name) => next.path(name)));
    for (const name of kept) expect(await next.read(name)).toBe(name);
    expect(await next.lookForMissing()).toEqual([]);
    expect((await stat(next.path('domainKeys'))).mode & 0o777).toBe(0o600);
    await rm(next.path('membership'));
    await rm(next.path('domainKeys'));
    expect(await next.lookForMissing()).toEqual([]);
    await expect(stat(next.path('domainKeys'))).rejects.toThrow();
  });
});
