import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { expect, it } from 'vitest';
import { countOpenFiles, openFilesProblems } from './open-files.ts';

it('a process that has nearly all open files that it may have is a problem that says how many, and what to do', () => {
  expect(openFilesProblems(undefined)).toEqual([]);
  expect(openFilesProblems({ open: 899, most: 1_000 })).toEqual([]);
  const remedy = expect.stringContaining('LimitNOFILE');
  expect(openFilesProblems({ open: 900, most: 1_000 })).toEqual([
    { part: 'open-files', stops: false, message: expect.stringContaining('found 900 of 1000'), remedy },
  ]);
  const usedUp = { open: Number.POSITIVE_INFINITY, most: 0 };
  expect(openFilesProblems(usedUp)).toMatchObject([
    { message: expect.stringContaining('none more'), remedy },
  ]);
});

it.skipIf(!existsSync('/proc/self/fd'))('open files of a process are counted', async () => {
  const before = countOpenFiles();
  const handles = await Promise.all(Array.from({ length: 40 }, () => open(devNull)));
  const after = countOpenFiles();
  for (const handle of handles) await handle.close();
  // Others may close theirs meanwhile.
  expect((after?.open ?? 0) - (before?.open ?? 0)).toBeGreaterThan(20);
  expect(after?.most).toBeGreaterThan(40);
});
