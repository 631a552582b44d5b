import type { AccountDirectory } from '@entente/accounts/directory';
import { type OpenAuthorityFolder, openAuthorityFolder } from '@entente/pki/node';
import { openStore, type SqlStore, type StoreOptions } from '@entente/store-sql';
import type { Log } from '@entente/tls';
import { type AccountsElsewhere, checkKept } from './accounts/external-directory.ts';
import { importLog } from './import-log.ts';

/** Opens what an authority records in. */
export type OpenStore = (directory: string, options: StoreOptions) => Promise<SqlStore>;

/** What an authority records in. */
export interface AuthorityStores {
  /** Opens its records; default SQLite in its folder. */
  readonly open?: OpenStore | undefined;
  /** Where the accounts are kept instead of there; the authority does not close it. */
  readonly accounts?: AccountsElsewhere | undefined;
}

/** What an authority records in, opened. */
export interface OpenStores {
  /** Its folder; disposing of it closes the ledger. */
  readonly opened: OpenAuthorityFolder;
  readonly store: SqlStore;
  /** Of `store`, or kept elsewhere. */
  readonly accounts: AccountDirectory;
}

/**
 * Opens the folder of an authority, with its records.
 * @param directory - the folder
 * @param stores - what it records in
 * @param log - receives how far an import is
 * @throws PkiFault of the folder and the ledger; where the accounts were kept in another place, see `checkKept`
 */
export async function openStores(
  directory: string,
  { accounts: elsewhere, open = openStore }: AuthorityStores,
  log: Log,
): Promise<OpenStores> {
  let opening: SqlStore | undefined;
  const opened = await openAuthorityFolder(directory, async (folder) => {
    opening = await open(folder, { onImport: importLog(log) });
    return opening.ledger;
  });
  const store = opening as SqlStore;
  try {
    await checkKept(directory, store.accounts, elsewhere);
  } catch (fault) {
    await opened[Symbol.asyncDispose]();
    throw fault;
  }
  return { opened, store, accounts: elsewhere ?? store.accounts };
}
