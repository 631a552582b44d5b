import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuer } from '@entente/pki';
import { createMemoryLedger } from '@entente/pki/ledger';
import { initialiseAuthority, type OpenAuthorityFolder, openAuthorityFolder } from '@entente/pki/node';
import type { Certificate } from '@entente/x509';

const day = 86_400_000;
/** When the backup was made. */
export const takenAt = Date.UTC(2026, 5, 1);
/** When it was restored. */
export const restoredAt = takenAt + day;

/** An authority of contoso.example that had issued for a month when its backup was made. */
export interface RestoredAuthority extends AsyncDisposable {
  readonly folder: string;
  readonly issuer: Issuer;
  readonly anchors: readonly Certificate[];
  readonly throwAway: OpenAuthorityFolder['throwAway'];
}

/** Makes one in a folder of its own. */
export async function restoredAuthority(): Promise<RestoredAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-restored-'));
  const directory = join(folder, 'ca');
  await initialiseAuthority({
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl: 'http://ca.contoso.example',
    directory,
    now: takenAt - 30 * day,
    openLedger: async () => createMemoryLedger(),
  });
  const { issuer, roots, throwAway } = await openAuthorityFolder(directory, async () => createMemoryLedger());
  return {
    folder,
    issuer,
    anchors: roots,
    throwAway,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
