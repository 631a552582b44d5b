import { constants } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorityFiles } from './authority-files.ts';
import { checkAuthorityFolder, type MayAccess } from './check-authority-folder.ts';
import { manifestFile } from './manifest-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-authority-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const withRoot = () => writeFile(join(folder, authorityFiles.rootCertificate), 'not read');
/** A user without one of the rights. */
const without =
  (right: number): MayAccess =>
  (_, mode) =>
    mode === right
      ? Promise.reject(Object.assign(new Error('permission denied'), { code: 'EACCES' }))
      : Promise.resolve();

describe('the folder of an authority, before it is started', () => {
  it('is there, and has an authority; nothing is written', async () => {
    const place = join(folder, authorityFiles.rootCertificate);
    const missing = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place };
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject(missing);
    await expect(checkAuthorityFolder(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
    });
    await withRoot();
    await expect(checkAuthorityFolder(folder)).resolves.toBeUndefined();
    expect(await readdir(folder)).toEqual([authorityFiles.rootCertificate]);
  });

  it('can be written by this user', async () => {
    await withRoot();
    await expect(checkAuthorityFolder(folder, without(constants.W_OK))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
      place: folder,
      remedy: expect.stringContaining('as the user of the authority'),
    });
  });

  it('can be written by no other user, and is not a backup', async () => {
    await withRoot();
    await chmod(folder, 0o770);
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
    await chmod(folder, 0o700);
    await writeFile(join(folder, manifestFile), '{}');
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      sentence: expect.stringContaining('is a backup'),
    });
  });

  it('is not judged where this user may not look into it: another one starts the authority', () =>
    expect(checkAuthorityFolder(folder, without(constants.X_OK))).resolves.toBeUndefined());
});
