export {
  accountsNotedAt,
  noteAccountsAt,
  noteAccountsSeenAt,
  wereAccountsSeenAt,
} from './accounts-note.ts';
export { checkDatabase, holdDatabase } from './check-database.ts';
export type { ImportProgress } from './import/import-ledger-file.ts';
export { checkDatabaseFiles, databaseFile } from './open-database.ts';
export { openLedger, openStore, type SqlStore, type StoreOptions } from './open-store.ts';
export type { Standing } from './store-health.ts';
