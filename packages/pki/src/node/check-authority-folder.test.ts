import { constants } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PkiFault } from '../ground/fault.ts';
import { createMemoryLedger } from '../ledger/memory-ledger.ts';
import { authorityFiles } from './authority-files.ts';
import { checkAuthorityFolder, type MayAccess } from './check-authority-folder.ts';
import { initialiseAuthority } from './initialise-authority.ts';
import { manifestFile } from './manifest-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-authority-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const withAuthority = () =>
  initialiseAuthority({
    directory: folder,
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    now: Date.now(),
    openLedger: async () => createMemoryLedger(),
  });
/** A user without one of the rights. */
const without =
  (right: number, code = 'EACCES'): MayAccess =>
  (_, mode) =>
    mode === right
      ? Promise.reject(Object.assign(new Error('permission denied'), { code }))
      : Promise.resolve();

describe('the folder of an authority, before it is started', () => {
  it('is there, and has an authority; nothing is written', async () => {
    const place = join(folder, authorityFiles.rootCertificate);
    const missing = { code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place };
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject(missing);
    await expect(checkAuthorityFolder(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
    });
    await withAuthority();
    const files = await readdir(folder);
    await expect(checkAuthorityFolder(folder)).resolves.toBeUndefined();
    expect(await readdir(folder)).toEqual(files);
  });

  it('can be written by this user', async () => {
    await withAuthority();
    await expect(checkAuthorityFolder(folder, { mayAccess: without(constants.W_OK) })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
      place: folder,
      remedy: expect.stringContaining('as the user of the authority'),
    });
  });

  it('can be written: where its file system may only be read, no other user is named as the remedy', async () => {
    await withAuthority();
    const mayAccess = without(constants.W_OK, 'EROFS');
    await expect(checkAuthorityFolder(folder, { mayAccess })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
      message: expect.stringContaining('may only be read'),
      remedy: `mount it so that it can be written to: ${folder}`,
    });
  });

  it('can be written by no other user, and is not a backup', async () => {
    await withAuthority();
    await chmod(folder, 0o770);
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
    await chmod(folder, 0o700);
    await writeFile(join(folder, manifestFile), '{}');
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      sentence: expect.stringContaining('is a backup'),
    });
  });

  it('has the keys of its certificates, which no other user may read', async () => {
    await withAuthority();
    for (const name of [authorityFiles.issuingKey, authorityFiles.serverKey]) {
      const place = join(folder, name);
      await chmod(place, 0o644);
      await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_SECRET_EXPOSED',
        place,
      });
      await chmod(place, 0o600);
    }
    await expect(checkAuthorityFolder(folder)).resolves.toBeUndefined();
    const place = join(folder, authorityFiles.issuingKey);
    await rm(place);
    await expect(checkAuthorityFolder(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
      place,
    });
  });

  it('has the ledger that it needs, as far as that is seen from outside', async () => {
    await withAuthority();
    const lost = new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: 'it is lost',
      place: folder,
      remedy: 'restore it',
    });
    const checkLedger = (directory: string) =>
      directory === folder ? Promise.reject(lost) : Promise.resolve();
    await expect(checkAuthorityFolder(folder, { checkLedger })).rejects.toBe(lost);
  });

  it('is not judged where this user may not look into it: another one starts the authority', () =>
    expect(checkAuthorityFolder(folder, { mayAccess: without(constants.X_OK) })).resolves.toBeUndefined());
});
