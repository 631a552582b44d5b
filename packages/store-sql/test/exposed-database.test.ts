import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFile, openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente exposed database-'));
  await (await openStore(folder))[Symbol.asyncDispose]();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const exposed = (place: string) => ({ code: 'ENTENTE_PKI_SECRET_EXPOSED', place });

describe.skipIf(process.platform === 'win32')('the database of an authority', () => {
  it('is not opened where others may read or write it: it has the digests of the users', async () => {
    const file = join(folder, databaseFile);
    for (const mode of [0o644, 0o620, 0o601]) {
      await chmod(file, mode);
      await expect(openStore(folder), mode.toString(8)).rejects.toMatchObject({
        ...exposed(file),
        remedy: expect.stringContaining(`chmod 600 '${file}'`),
      });
    }
    await chmod(file, 0o600);
    await (await openStore(folder))[Symbol.asyncDispose]();
  });

  it.each(['-wal', '-shm'])('is not opened where others may read what SQLite keeps in %s', async (end) => {
    const file = join(folder, `${databaseFile}${end}`);
    await writeFile(file, '');
    await chmod(file, 0o640);
    await expect(openStore(folder)).rejects.toMatchObject(exposed(file));
  });
});
