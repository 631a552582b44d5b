export { findPostgres, whyNoPostgres } from './postgres-programs.ts';
export { type Postgres, type PostgresOptions, type PostgresStop, startPostgres } from './start-postgres.ts';
