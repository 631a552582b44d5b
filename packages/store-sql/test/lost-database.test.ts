import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority, openAuthorityFolder } from '@entente/pki/node';
import { databaseFile, openLedger, openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
const lost = () => ({
  code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
  place: join(folder, databaseFile),
  remedy: expect.stringContaining('entente ca restore'),
});
const initialise = () =>
  initialiseAuthority({
    directory: folder,
    domain: 'contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    now: Date.now(),
    openLedger,
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-lost-database-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the database of an authority that is complete', () => {
  it('is not begun once more where it is gone, or was emptied: what was revoked would be valid', async () => {
    await initialise();
    await (await openAuthorityFolder(folder, openLedger))[Symbol.asyncDispose]();
    for (const name of await readdir(folder)) if (name.startsWith(databaseFile)) await rm(join(folder, name));
    await expect(openAuthorityFolder(folder, openLedger)).rejects.toMatchObject(lost());
    expect(await readdir(folder), 'nothing was created').not.toContain(databaseFile);
    await writeFile(join(folder, databaseFile), '');
    await expect(openStore(folder)).rejects.toMatchObject(lost());
  });

  it('is not taken where it has the tables and nothing in them', async () => {
    await (await openStore(folder))[Symbol.asyncDispose]();
    await writeFile(join(folder, 'root_ca.crt'), '');
    for (const _ of ['the first time', 'the second'])
      await expect(openStore(folder)).rejects.toMatchObject(lost());
  });
});
