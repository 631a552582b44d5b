import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import { authorityFiles, issuerFiles, openAuthorityFolder } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { domain, startVisit, type Visit } from './root-visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await startVisit();
});
afterEach(() => visit.remove());

const exposed = { code: 'ENTENTE_PKI_SECRET_EXPOSED' };

describe.skipIf(process.platform === 'win32')('a key that others may read', () => {
  it('opens no authority where it is the one that the authority issues with', async () => {
    await chmod(join(visit.directory, authorityFiles.issuingKey), 0o644);
    await expect(
      openAuthorityFolder(visit.directory, async () => createMemoryLedger()),
    ).rejects.toMatchObject(exposed);
  });

  it('opens no authority where its folder lets others replace what is in it', async () => {
    const opened = () => openAuthorityFolder(visit.directory, async () => createMemoryLedger());
    for (const mode of [0o770, 0o777, 0o702]) {
      await chmod(visit.directory, mode);
      await expect(opened()).rejects.toMatchObject({ ...exposed, place: visit.directory });
    }
    await chmod(visit.directory, 0o755);
    await (await opened())[Symbol.asyncDispose]();
  });

  it('is not certified, and not waited for, where it is that of the next issuing authority', async () => {
    const store = await visit.store();
    await store.request(domain);
    await chmod(join(visit.directory, issuerFiles(2).key), 0o640);
    await expect(store.request(domain)).rejects.toMatchObject(exposed);
    await expect(store.pending()).rejects.toMatchObject(exposed);
  });
});
