import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readRecord, score, writeRecord } from './record.ts';
import { mergeRecord } from './run.ts';

const file = (source: string, killed: number, ...survived: string[]) => ({ source, killed, survived });

it('a score counts what was noticed of all mutants, over files of all sizes', () => {
  expect(score([file('a', 9, 'x'), file('b', 0, 'y', 'z')])).toBe(75);
  expect(score([])).toBe(100);
});

it('a record is kept in order of its files, and a package without one has an empty one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-mutants-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect(await readRecord(folder, 'sip')).toEqual({});
  await writeRecord(folder, 'sip', { 'src/b.ts': file('1', 1), 'src/a.ts': file('2', 2, 'x') });
  expect(Object.entries(await readRecord(folder, 'sip'))).toEqual([
    ['src/a.ts', file('2', 2, 'x')],
    ['src/b.ts', file('1', 1)],
  ]);
});

it('what was found replaces what was kept of the same file, and files that are gone leave the record', () => {
  const kept = { 'src/a.ts': file('1', 1), 'src/b.ts': file('2', 2), 'src/gone.ts': file('3', 3) };
  const sources = new Map([
    ['src/a.ts', '4'],
    ['src/b.ts', '2'],
  ]);
  expect(mergeRecord(kept, new Map([['src/a.ts', file('4', 5, 'x')]]), sources)).toEqual({
    'src/a.ts': file('4', 5, 'x'),
    'src/b.ts': file('2', 2),
  });
});
