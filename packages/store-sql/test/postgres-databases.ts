import {
  openPostgresAccounts,
  type PostgresAccounts,
  type PostgresAccountsOptions,
  type PostgresServer,
} from '@entente/store-sql/postgres';
import type { Postgres } from '@entente/testkit/postgres';
import pg from 'pg';

/** Databases on a server of the tests, and what was opened on them. */
export interface Databases {
  /** A new database, over the Unix socket. */
  create(): Promise<PostgresServer>;
  /** Opens the accounts of one, and closes them at the end. */
  open(server: PostgresServer, options?: Partial<PostgresAccountsOptions>): Promise<PostgresAccounts>;
  /** Runs statements as the superuser. */
  sql(database: string, text: string): Promise<readonly Record<string, unknown>[]>;
  /** Closes what is open. */
  close(): Promise<void>;
}

/** @param postgres - a server of its own; its databases belong to a user without other rights */
export function databasesOn(postgres: Postgres): Databases {
  const opened: PostgresAccounts[] = [];
  let count = 0;
  const sql: Databases['sql'] = async (database, text) => {
    const { port, socketFolder: host, user } = postgres;
    const client = new pg.Client({ host, port, user, database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text)).rows ?? [];
    } finally {
      await client.end();
    }
  };
  return {
    sql,
    async create() {
      const database = `accounts${count++}`;
      if (count === 1) await sql('postgres', 'CREATE ROLE entente LOGIN');
      await sql('postgres', `CREATE DATABASE ${database} OWNER entente`);
      return { host: postgres.socketFolder, port: postgres.port, database, user: 'entente' };
    },
    async open(server, options = {}) {
      const accounts = await openPostgresAccounts({ server, ...options });
      opened.push(accounts);
      return accounts;
    },
    async close() {
      for (const accounts of opened.splice(0)) await accounts[Symbol.asyncDispose]();
    },
  };
}
