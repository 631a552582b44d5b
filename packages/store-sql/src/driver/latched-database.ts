import Database from 'libsql';
import { passOfThread } from './block-statements-at-exit.ts';

/** A prepared statement. Parameters always as one array: with a lone Buffer libsql ends the process. */
export interface Statement {
  all(parameters: unknown[]): unknown[];
  run(parameters: unknown[]): { readonly changes: number };
}

/** A database of libsql, of which this thread calls nothing once its process exits. */
export interface LatchedDatabase {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  isInTransaction(): boolean;
  close(): void;
}

/**
 * Opens a database.
 * @param path - the file
 */
export function openLatched(path: string): LatchedDatabase {
  const pass = passOfThread();
  const database = pass(() => new Database(path));
  return {
    prepare(sql) {
      const statement: Database.Statement<unknown[]> = pass(() => database.prepare(sql));
      return {
        all: (parameters) => pass(() => statement.all(parameters)),
        run: (parameters) => pass(() => statement.run(parameters)),
      };
    },
    exec: (sql) => void pass(() => database.exec(sql)),
    isInTransaction: () => pass(() => database.inTransaction),
    close: () => void pass(() => database.close()),
  };
}
