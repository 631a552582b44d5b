import type { AccountDirectory } from '@entente/accounts/directory';
import { OperatorFault } from '@entente/host';
import { accountsNotedAt, noteAccountsAt, type Standing } from '@entente/store-sql';

/** A directory of accounts beside the database of the authority, e.g. of `openPostgresAccounts`. */
export interface AccountsElsewhere extends AccountDirectory {
  /** Whether it can be read and changed now. */
  standing(): Standing;
}

/**
 * Refuses accounts that are not the present ones: those in the database of the authority where they were moved away, and those elsewhere
 * where they were never moved to.
 * @param directory - folder of the authority
 * @param own - the accounts in its database
 * @param elsewhere - what the configuration names
 * @throws OperatorFault `ENTENTE_ACCOUNTS_ELSEWHERE`, `ENTENTE_ACCOUNTS_NOT_COPIED`
 */
export async function checkKept(
  directory: string,
  own: Pick<AccountDirectory, 'list'>,
  elsewhere: Pick<AccountDirectory, 'place'> | undefined,
): Promise<void> {
  const noted = await accountsNotedAt(directory);
  if (elsewhere === undefined) {
    if (noted === undefined) return;
    throw new OperatorFault('ENTENTE_ACCOUNTS_ELSEWHERE', {
      sentence: `the accounts of this authority are kept at ${noted}, and the configuration does not name it; those in its own database are old`,
      place: '"accounts" in the configuration of the authority',
      remedy: 'name the directory again; or bring the accounts back with entente user copy --to authority',
    });
  }
  if (noted === undefined && (await own.list({ limit: 1 })).records.length > 0) {
    throw new OperatorFault('ENTENTE_ACCOUNTS_NOT_COPIED', {
      sentence: `the authority has accounts in its own database, which were not copied to ${elsewhere.place}`,
      place: '"accounts" in the configuration of the authority',
      remedy: 'copy them with entente user copy --to postgresql while the authority is stopped',
    });
  }
  if (noted !== elsewhere.place) await noteAccountsAt(directory, elsewhere.place);
}
