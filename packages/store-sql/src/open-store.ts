import { join } from 'node:path';
import { type AccountDirectory, defaultKeptRemovals } from '@entente/accounts/directory';
import type { AuditTrail } from '@entente/pki/audit';
import { type Ledger, PkiFault } from '@entente/pki/ledger';
import type { TopologyVersions } from '@entente/topology/versions';
import type { ImportProgress } from './import/import-ledger-file.ts';
import { databaseFile } from './open-database.ts';
import {
  argumentProblem,
  callback,
  type OptionRules,
  optionProblem,
  text,
  wholeNumber,
} from './option-problem.ts';
import { createSqlAuditTrail } from './ports/sql-audit-trail.ts';
import { createSqlDirectory } from './ports/sql-directory.ts';
import { createSqlLedger } from './ports/sql-ledger.ts';
import { createSqlVersions } from './ports/sql-versions.ts';
import type { Standing } from './store-health.ts';
import { OperationQueue } from './worker/operation-queue.ts';
import { startThread } from './worker/start-thread.ts';

/** Options of {@link openStore}. */
export interface StoreOptions {
  /** Told how far it is, when the ledger of an earlier release is taken over. Default none. */
  readonly onImport?: (progress: ImportProgress) => void;
  /** Milliseconds since 1970, for {@link SqlStore.standing}. Default the clock of the machine. */
  readonly now?: () => number;
  /** Operations that may wait for the database; one more is refused as unavailable. Default 10,000. */
  readonly maxWaiting?: number;
  /** Removed accounts that the feed of accounts remembers, from 0. Default 10,000. */
  readonly keptRemovals?: number;
}

const rules: OptionRules = {
  onImport: callback,
  now: callback,
  maxWaiting: wholeNumber(1),
  keptRemovals: wholeNumber(0),
};

/** What an authority records, in one database. */
export interface SqlStore {
  /** Closing it closes the store. */
  readonly ledger: Ledger;
  /** Closing it leaves the store open. */
  readonly audit: AuditTrail;
  /** Every version of the topology that was published. */
  readonly topologies: TopologyVersions;
  /** Who the users are. Closing it leaves the store open. */
  readonly accounts: AccountDirectory;
  /** Whether the last change was stored: for the health of a server. */
  standing(): Standing;
  /**
   * Writes a copy of the database, as it is at one moment; changes wait meanwhile.
   * @param file - does not exist yet; it gets mode 0600
   * @throws PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE`, `ENTENTE_PKI_LEDGER_CLOSED`
   */
  copyTo(file: string): Promise<void>;
  /**
   * Forgets the join tokens that nothing has used, for a database that is a copy: which of them were used since, it cannot know.
   * @throws PkiFault `ENTENTE_PKI_LEDGER_UNAVAILABLE`, `ENTENTE_PKI_LEDGER_CLOSED`
   */
  forgetTokens(): Promise<void>;
  /** Waits for what was asked for, then closes the database. Idempotent. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the database in the folder of an authority, in a thread of its own: no flush of the disk holds up a connection. One process at
 * a time; the lock is the database's own, and ends with the process.
 * @param directory - the folder; a `ledger.jsonl` of an earlier release in it is taken over
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED`, `ENTENTE_PKI_LEDGER_DAMAGED`, `ENTENTE_PKI_LEDGER_UNAVAILABLE`,
 * `ENTENTE_PKI_LEDGER_TOO_NEW`; `ENTENTE_PKI_BAD_ARGUMENT` for an option that is none; `ENTENTE_PKI_SECRET_EXPOSED` where others may open it; `ENTENTE_PKI_AUTHORITY_DAMAGED` where the folder has an
 * authority that is complete, and no database with records
 */
export async function openStore(directory: string, options: StoreOptions = {}): Promise<SqlStore> {
  const wrong =
    argumentProblem(directory, text, 'directory of openStore') ?? optionProblem(options, rules, 'openStore');
  if (wrong !== undefined) throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', wrong);
  const place = join(directory, databaseFile);
  const thread = await startThread(directory, options.onImport ?? (() => {}));
  const queue = new OperationQueue({
    place,
    execute: thread.execute,
    now: options.now ?? Date.now,
    ...(options.maxWaiting === undefined ? {} : { maxWaiting: options.maxWaiting }),
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= queue.end(closedFault(place)).then(() => thread.close());
    return closing;
  };
  return {
    ledger: createSqlLedger(queue, close),
    audit: createSqlAuditTrail(queue, place),
    topologies: createSqlVersions(queue, place),
    accounts: createSqlDirectory(queue, {
      place,
      keptRemovals: options.keptRemovals ?? defaultKeptRemovals,
    }),
    standing: () => queue.standing(),
    copyTo: (file) => queue.between(() => thread.copyTo(file)),
    forgetTokens: () => queue.call('forgetTokens'),
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the ledger of an authority, for `openAuthorityFolder` and `initialiseAuthority`; closing it closes the database.
 * @param directory - the folder of the authority
 * @throws as {@link openStore}
 */
export async function openLedger(directory: string): Promise<Ledger> {
  return (await openStore(directory)).ledger;
}

function closedFault(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_CLOSED', {
    sentence: 'the ledger is closed',
    place,
    remedy: 'open it again before using it',
  });
}
