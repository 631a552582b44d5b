import {
  type AccountDirectory,
  AccountsFault,
  type AccountsFaultCode,
  accountsClosed,
  ChangeListeners,
  checkPageLimit,
} from '@entente/accounts/directory';
import { PkiFault } from '@entente/pki/ledger';
import type { AccountOperationPort } from '../operations/operation-port.ts';

/** Options of {@link createSqlDirectory}. */
export interface SqlDirectoryOptions {
  /** The file or address of the database, for faults. */
  readonly place: string;
  /** Removed accounts that the feed remembers, from 0. */
  readonly keptRemovals: number;
  /** Those who hear of changes, where others tell them too. Changes of this directory are told by itself. */
  readonly listeners?: ChangeListeners;
}

/**
 * The accounts over a database. Closing it closes the directory alone.
 * @param database - executes the operations
 */
export function createSqlDirectory(
  database: AccountOperationPort,
  options: SqlDirectoryOptions,
): AccountDirectory {
  const { keptRemovals, listeners = new ChangeListeners(), place } = options;
  const underWay = new Set<Promise<unknown>>();
  let closed = false;
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (closed) throw accountsClosed(place);
    const call = ask();
    underWay.add(call);
    try {
      return await call;
    } catch (error) {
      throw asAccountsFault(error, place);
    } finally {
      underWay.delete(call);
    }
  };
  const changed = async <T extends { readonly ok: boolean }>(ask: () => Promise<T>): Promise<T> => {
    const outcome = await asked(ask);
    if (outcome.ok) listeners.tell();
    return outcome;
  };
  return {
    place,
    find: (address) => asked(() => database.call('findAccount', address)),
    list: (query) =>
      asked(async () => {
        checkPageLimit(query.limit);
        return database.call('listAccounts', query);
      }),
    homes: () => asked(() => database.call('countHomes')),
    outside: (domains) => asked(() => database.call('accountsOutside', domains)),
    put: (account, expected) => changed(() => database.call('putAccount', account, expected)),
    remove: (address, expected) =>
      changed(() => database.call('removeAccount', address, expected, keptRemovals)),
    changeVerifiers: (address, from, to) =>
      changed(() => database.call('changeVerifiers', address, from, to)),
    contacts: (address) => asked(() => database.call('readContacts', address)),
    putContacts: (address, contacts, expected) =>
      changed(() => database.call('putContacts', address, contacts, expected)),
    changes: (since, limit) =>
      asked(async () => {
        checkPageLimit(limit);
        return database.call('accountChanges', since ?? null, limit);
      }),
    onChange: (listener) => listeners.add(listener),
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.allSettled(underWay);
      listeners.clear();
    },
  };
}

const codes: ReadonlyMap<string, AccountsFaultCode> = new Map([
  ['ENTENTE_PKI_LEDGER_UNAVAILABLE', 'ENTENTE_ACCOUNTS_UNAVAILABLE'],
  ['ENTENTE_PKI_LEDGER_DAMAGED', 'ENTENTE_ACCOUNTS_DAMAGED'],
  ['ENTENTE_PKI_LEDGER_TOO_NEW', 'ENTENTE_ACCOUNTS_TOO_NEW'],
  ['ENTENTE_PKI_BAD_ARGUMENT', 'ENTENTE_ACCOUNTS_BAD_ARGUMENT'],
]);

/** The same storage, with the codes of a directory of accounts. */
export function asAccountsFault(error: unknown, place: string): unknown {
  if (!(error instanceof PkiFault)) return error;
  if (error.code === 'ENTENTE_PKI_LEDGER_CLOSED') return accountsClosed(place);
  const code = codes.get(error.code);
  const { remedy, sentence } = error;
  return code === undefined ? error : new AccountsFault(code, { sentence, place, remedy, cause: error });
}
