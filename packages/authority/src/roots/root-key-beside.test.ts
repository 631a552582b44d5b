import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rootKeyBeside } from './root-key-beside.ts';

let folder: string;
let directory: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-root-key-'));
  directory = join(folder, 'ca');
  await mkdir(directory);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('finds the key of the root where a restore has set it aside, until it is taken away', async () => {
  const aside = join(folder, 'ca.replaced-20261127T081500Z');
  const key = join(aside, 'root_ca.key');
  await mkdir(aside);
  await writeFile(key, 'of a root');
  expect(await rootKeyBeside(undefined, directory)).toEqual({
    file: key,
    message: expect.stringContaining('in a folder that a restore has set aside'),
    remedy: expect.stringContaining(`move ${key} to storage that no network reaches before you remove`),
  });
  await rm(key);
  expect(await rootKeyBeside(undefined, directory)).toBeUndefined();
});

it('finds that of a later root too, and none of another authority', async () => {
  const key = join(folder, 'ca.replaced-20261127T081500Z', 'roots', '2.key');
  await mkdir(join(key, '..'), { recursive: true });
  await writeFile(key, 'of a root');
  for (const other of ['cab.replaced-20261127T081500Z', 'ca.replaced-by-hand']) {
    await mkdir(join(folder, other));
    await writeFile(join(folder, other, 'root_ca.key'), 'of another root');
  }
  expect(await rootKeyBeside(undefined, directory)).toMatchObject({ file: key });
  await rm(key);
  expect(await rootKeyBeside(undefined, directory)).toBeUndefined();
});

it('names the one beside the issuing key first', async () => {
  const aside = join(folder, 'ca.replaced-20261127T081500Z');
  await mkdir(aside);
  for (const place of [aside, directory]) await writeFile(join(place, 'root_ca.key'), 'of a root');
  const file = join(directory, 'root_ca.key');
  expect(await rootKeyBeside(file, directory)).toMatchObject({ file });
  await rm(file);
  expect(await rootKeyBeside(file, directory)).toMatchObject({ file: join(aside, 'root_ca.key') });
});
