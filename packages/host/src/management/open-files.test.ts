import { closeSync, existsSync, openSync } from 'node:fs';
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

it.skipIf(!existsSync('/proc/self/limits'))('open files of a process are counted', () => {
  const before = countOpenFiles();
  const files = Array.from({ length: 40 }, () => openSync(devNull, 'r'));
  const after = countOpenFiles();
  for (const file of files) closeSync(file);
  expect((after?.open ?? 0) - (before?.open ?? 0)).toBeGreaterThanOrEqual(40);
  expect(after?.most).toBeGreaterThan(40);
});
