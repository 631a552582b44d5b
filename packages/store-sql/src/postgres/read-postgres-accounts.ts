import {
  type AccountDirectory,
  AccountsFault,
  ChangeListeners,
  checkPageLimit,
} from '@entente/accounts/directory';
import { changesSince } from '../accounts/account-feed.ts';
import { callback, type OptionRules, object, optionProblem, wholeNumber } from '../option-problem.ts';
import { asAccountsFault } from '../ports/sql-directory.ts';
import type { Standing } from '../store-health.ts';
import { ChangeListener } from './change-listener.ts';
import { checkReader } from './check-reader.ts';
import { openPostgres } from './open-postgres.ts';
import type { PostgresAccountsOptions } from './open-postgres-accounts.ts';
import { readFeedState } from './postgres-feed.ts';
import { checkServer, placeOf } from './postgres-server.ts';
import { onceDone } from './prepare-once.ts';
import { Contact } from './server-reachability.ts';

/** Options of {@link readPostgresAccounts}. */
export type PostgresReaderOptions = Pick<
  PostgresAccountsOptions,
  'heartbeatMs' | 'maxConnections' | 'maxWaiting' | 'now' | 'patienceMs' | 'server'
>;

const rules = {
  server: object,
  maxConnections: wholeNumber(1),
  patienceMs: wholeNumber(0),
  heartbeatMs: wholeNumber(100),
  maxWaiting: wholeNumber(1),
  now: callback,
} satisfies OptionRules & Record<keyof PostgresReaderOptions, unknown>;

/** The feed of the accounts in PostgreSQL, for a server that follows it and changes nothing. */
export interface PostgresAccountsReader
  extends Pick<AccountDirectory, 'changes' | 'onChange' | 'place' | typeof Symbol.asyncDispose> {
  /** Whether PostgreSQL is reached, and has accounts that may be read: for the health of a server. */
  standing(): Standing;
}

/**
 * Opens the accounts in a database of PostgreSQL for a program that only reads them, as a user who can do nothing else. It resolves at once,
 * whether the server answers or not: each page is refused until it does, and `standing` says why.
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for an option that is none, a server that cannot be one or would be reached without TLS. A page throws it for a
 * user who may change accounts, and `ENTENTE_ACCOUNTS_UNAVAILABLE`, `ENTENTE_ACCOUNTS_TOO_NEW`
 */
export function readPostgresAccounts(options: PostgresReaderOptions): PostgresAccountsReader {
  const wrong = optionProblem(options, rules, 'readPostgresAccounts');
  if (wrong !== undefined) throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', wrong);
  const { heartbeatMs = 5_000, maxConnections = 1, maxWaiting = 100, now = Date.now, server } = options;
  checkServer(server);
  const place = placeOf(server);
  const contact = new Contact(now);
  const driver = openPostgres({
    contact,
    maxConnections,
    maxWaiting,
    patienceMs: options.patienceMs ?? 5_000,
    server,
  });
  const ready = onceDone(async () => {
    const fault = await checkReader(driver);
    if (fault === undefined) {
      contact.fit();
      return;
    }
    contact.unfit(fault);
    throw fault;
  });
  const listeners = new ChangeListeners();
  const listener = new ChangeListener({
    contact,
    heartbeatMs,
    onChange: () => listeners.tell(),
    ready,
    server,
  });
  let closing: Promise<void> | undefined;
  return {
    place,
    standing: () => contact.standing(),
    async changes(since, limit) {
      checkPageLimit(limit);
      try {
        await ready();
        return await driver.transaction('read', async (transaction) =>
          changesSince(transaction, await readFeedState(transaction), since ?? null, limit),
        );
      } catch (error) {
        throw asAccountsFault(error, place);
      }
    },
    onChange(told) {
      listener.start();
      return listeners.add(told);
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        listeners.clear();
        await listener.close();
        await driver.close();
      })();
      return closing;
    },
  };
}
