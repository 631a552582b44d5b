export { openSqlite, type SqliteDriver, type SqliteOptions } from '../driver/open-sqlite.ts';
export type { SqlDriver, SqlReader, SqlRow, SqlTransaction, SqlValue } from '../driver/sql-driver.ts';
export { BatchQueue, type BatchQueueOptions, type Settled } from '../queue/batch-queue.ts';
export { migrate } from '../schema/migrate.ts';
export type { Migration } from '../schema/migrations.ts';
export { type OwnThread, type OwnThreadOptions, startOwnThread } from '../worker/own-thread.ts';
export { remedyOfEnd } from '../worker/thread-file-missing.ts';
