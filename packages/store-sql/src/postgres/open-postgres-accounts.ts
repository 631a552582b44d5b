import { randomUUID } from 'node:crypto';
import {
  type AccountDirectory,
  AccountsFault,
  accountsClosed,
  ChangeListeners,
  defaultKeptRemovals,
} from '@entente/accounts/directory';
import { changeVerifiers, putAccount, putContacts, removeAccount } from '../accounts/account-changes.ts';
import { changesSince, nameEpoch } from '../accounts/account-feed.ts';
import {
  accountsOutside,
  countHomes,
  findAccount,
  listAccounts,
  readContacts,
} from '../accounts/account-queries.ts';
import type { AccountOperationPort } from '../operations/operation-port.ts';
import type { AccountOperationName, OperationParameters, OperationValue } from '../operations/operations.ts';
import {
  callback,
  type OptionRules,
  object,
  optionProblem,
  wholeNumber,
  yesOrNo,
} from '../option-problem.ts';
import { asAccountsFault, createSqlDirectory } from '../ports/sql-directory.ts';
import { BatchQueue } from '../queue/batch-queue.ts';
import type { Standing } from '../store-health.ts';
import { type Change, executeChanges, isStored } from './change-batch.ts';
import { ChangeListener } from './change-listener.ts';
import { KnownHistory } from './known-history.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { openPostgres, type PostgresDriver } from './open-postgres.ts';
import { overloaded } from './postgres-fault.ts';
import { readFeedState } from './postgres-feed.ts';
import { checkServer, type PostgresServer, placeOf } from './postgres-server.ts';
import { onceDone } from './prepare-once.ts';
import { Contact } from './server-reachability.ts';

/** Options of {@link openPostgresAccounts}. */
export interface PostgresAccountsOptions {
  /** The server, its database and its user. */
  readonly server: PostgresServer;
  /** Most connections of this process, from 1; one more listens to changes. Default 4. */
  readonly maxConnections?: number;
  /** Milliseconds that a call waits for a server that restarts, from 0; after that it is refused. Default 5,000. */
  readonly patienceMs?: number;
  /** Milliseconds between two looks whether a change was missed, from 100. Default 5,000. */
  readonly heartbeatMs?: number;
  /** Changes, and queries, that may wait; one more is refused as unavailable. Default 10,000 each. */
  readonly maxWaiting?: number;
  /** Removed accounts that the feed remembers, from 0; the same for all servers. Default 10,000. */
  readonly keptRemovals?: number;
  /**
   * Whether a server that cannot be reached now is a fault. Without that the accounts are opened all the same, each call is refused until the
   * server is there, and {@link PostgresAccounts.standing} says why. Default true.
   */
  readonly needsServer?: boolean;
  /** Milliseconds since 1970, for {@link PostgresAccounts.standing}. Default the clock of the machine. */
  readonly now?: () => number;
}

const rules: OptionRules = {
  server: object,
  maxConnections: wholeNumber(1),
  patienceMs: wholeNumber(0),
  heartbeatMs: wholeNumber(100),
  maxWaiting: wholeNumber(1),
  keptRemovals: wholeNumber(0),
  needsServer: yesOrNo,
  now: callback,
};

/** The accounts of a domain in PostgreSQL, which any number of servers read and change at once. */
export interface PostgresAccounts extends AccountDirectory {
  /** Whether PostgreSQL is reached and stores changes: for the health of a server. */
  standing(): Standing;
}

/**
 * Opens the accounts in a database of PostgreSQL 13 or newer, and makes or updates its tables. A user who only reads needs `SELECT` on them.
 *
 * A server that is not on this machine is spoken to over TLS, and must prove its name; its certificates are those of `tls.caPem` alone.
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for an option that is none, a server that cannot be one or would be reached without TLS,
 * `ENTENTE_ACCOUNTS_UNAVAILABLE`, `ENTENTE_ACCOUNTS_TOO_NEW`
 */
export async function openPostgresAccounts(options: PostgresAccountsOptions): Promise<PostgresAccounts> {
  const wrong = optionProblem(options, rules, 'openPostgresAccounts');
  if (wrong !== undefined) throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', wrong);
  const { keptRemovals = defaultKeptRemovals, maxWaiting = 10_000, now = Date.now, server } = options;
  checkServer(server);
  const place = placeOf(server);
  const contact = new Contact(now);
  const { maxConnections = 4, patienceMs = 5_000 } = options;
  const driver = openPostgres({ contact, maxConnections, maxWaiting, patienceMs, server });
  const ready = onceDone(async () => {
    try {
      await migratePostgres(driver);
      await nameEpoch(driver);
      contact.fit();
    } catch (error) {
      const fault = asAccountsFault(error, place);
      if (isAccountsFault(fault) && fault.code !== 'ENTENTE_ACCOUNTS_UNAVAILABLE') contact.unfit(fault);
      throw fault;
    }
  });
  try {
    await ready();
  } catch (fault) {
    const isAway = isAccountsFault(fault) && fault.code === 'ENTENTE_ACCOUNTS_UNAVAILABLE';
    if (options.needsServer === false && isAway) contact.unreachable(fault);
    else {
      await driver.close();
      throw fault;
    }
  }
  const writer = randomUUID();
  const history = new KnownHistory();
  let batch = 0;
  /** The last changes that the server has not stored: what they have failed of may be over. */
  let refused: readonly Change[] = [];
  const queue = new BatchQueue<Change, unknown>({
    execute: async (changes) => {
      try {
        const mark = { writer, batch: ++batch };
        const { settled, state } = await driver.once(
          (transaction) => executeChanges(transaction, changes, mark, history),
          (transaction) => isStored(transaction, mark),
        );
        history.note(state);
        return settled;
      } catch (error) {
        refused = changes;
        return changes.map(() => ({ ok: false, fault: error as Error }));
      }
    },
    overloaded: (waiting) => overloaded(waiting, place),
    maxWaiting,
  });
  const listeners = new ChangeListeners();
  const { heartbeatMs = 5_000 } = options;
  const listener = new ChangeListener({
    contact,
    heartbeatMs,
    onChange: () => listeners.tell(),
    ready,
    server,
    tryAgain: () => {
      const mark = { writer, batch };
      return driver.rehearse((transaction) => executeChanges(transaction, refused, mark, history));
    },
  });
  const directory = createSqlDirectory(operationsOn(driver, queue, history, ready), {
    keptRemovals,
    listeners,
    place,
  });
  let closing: Promise<void> | undefined;
  return {
    ...directory,
    standing: () => contact.standing(),
    onChange(told) {
      listener.start();
      return directory.onChange(told);
    },
    [Symbol.asyncDispose]() {
      closing ??= (async () => {
        await directory[Symbol.asyncDispose]();
        await listener.close();
        await queue.end(accountsClosed(place));
        await driver.close();
      })();
      return closing;
    },
  };
}

type Operations = {
  readonly [N in AccountOperationName]: (...parameters: OperationParameters<N>) => Promise<OperationValue<N>>;
};

function operationsOn(
  driver: PostgresDriver,
  queue: BatchQueue<Change, unknown>,
  history: KnownHistory,
  ready: () => Promise<void>,
): AccountOperationPort {
  const changed = async <T>(
    address: string,
    decide: (...parameters: Parameters<Change['decide']>) => Promise<T>,
  ) => (await queue.add({ address, decide })) as T;
  const operations: Operations = {
    findAccount: (address) => findAccount(driver.reader, address),
    listAccounts: (query) => listAccounts(driver.reader, query),
    countHomes: () => countHomes(driver.reader),
    accountsOutside: (domains) => accountsOutside(driver.reader, domains),
    readContacts: (address) =>
      driver.transaction('read', (transaction) => readContacts(transaction, address)),
    accountChanges: (since, limit) =>
      driver.transaction('read', async (transaction) => {
        const state = await readFeedState(transaction);
        history.note(state);
        return changesSince(transaction, state, since, limit);
      }),
    putAccount: (account, expected) =>
      changed(account.address, (accounts) => putAccount(accounts, account, expected)),
    removeAccount: (address, expected, kept) =>
      changed(address, (accounts) => removeAccount(accounts, address, expected, kept)),
    changeVerifiers: (address, from, to) =>
      changed(address, (accounts) => changeVerifiers(accounts, address, from, to)),
    putContacts: (address, contacts, expected) =>
      changed(address, (accounts) => putContacts(accounts, address, contacts, expected)),
  };
  return {
    // The compiler does not see that the name and the parameters belong together.
    async call(name, ...parameters) {
      await ready();
      return (operations[name] as unknown as (...all: readonly unknown[]) => Promise<never>)(...parameters);
    },
  };
}

function isAccountsFault(fault: unknown): fault is AccountsFault {
  return fault instanceof AccountsFault;
}
