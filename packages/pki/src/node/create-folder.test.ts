import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder } from './create-folder.ts';
import { openAuthority } from './service/open-authority.ts';

describe('a folder that is created with those above it', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-create-folder-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is there afterwards, for its owner alone, and stays as it is where it was there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([createFolder(path), createFolder(path)]);
    await createFolder(path);
    for (const each of [path, join(folder, 'a')]) expect((await stat(each)).mode & 0o777).toBe(0o700);
  });

  it('is refused where a file is in its place or above it', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(createFolder(file)).rejects.toMatchObject({ code: 'EEXIST', path: file });
    await expect(createFolder(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux').each(['/proc/entente', '/proc/entente/authority'])(
    'ends where nothing can be created, and names the folder: %s',
    async (directory) => {
      const fault = {
        code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
        place: directory,
        message: expect.stringContaining('/proc'),
        remedy: expect.stringContaining('write'),
      };
      await expect(createFolder(directory)).rejects.toMatchObject(fault);
      await expect(openAuthority({ directory, domain: 'contoso.example' })).rejects.toMatchObject(fault);
    },
  );
});
