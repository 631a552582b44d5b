export type { Standing } from '../store-health.ts';
export {
  openPostgresAccounts,
  type PostgresAccounts,
  type PostgresAccountsOptions,
} from './open-postgres-accounts.ts';
export { isLocal, type PostgresServer, type PostgresTls } from './postgres-server.ts';
export {
  type PostgresAccountsReader,
  type PostgresReaderOptions,
  readPostgresAccounts,
} from './read-postgres-accounts.ts';
export { type PostgresSettings, readPostgresServer } from './read-postgres-server.ts';
