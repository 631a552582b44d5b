import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileName, MemberFiles } from '../src/files/member-files.ts';
import { unwrittenProblems } from '../src/follow/member-problem.ts';

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
});
