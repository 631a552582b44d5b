/** What a statement takes and what a row holds. Times are milliseconds since 1970; hashes and serial numbers are texts. */
export type SqlValue = string | number | Uint8Array | null;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** What can be asked. Parameters stand as `?` in the statement, in their order. */
export interface SqlReader {
  /** Runs a query. */
  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** A transaction that is open. */
export interface SqlTransaction extends SqlReader {
  /**
   * Runs a statement that changes rows.
   * @returns how many
   */
  run(sql: string, parameters: readonly SqlValue[]): Promise<number>;
  /**
   * Runs a part of the transaction. If it throws, what it has changed is undone, and what was changed before stays.
   */
  attempt<T>(part: () => Promise<T>): Promise<T>;
  /** Stores the version of the schema; read by {@link SqlDriver.schemaVersion}. */
  setSchemaVersion(version: number): Promise<void>;
}

/**
 * A database. Small, so that it can be SQLite or PostgreSQL: the statements are plain SQL, and only a driver knows more.
 */
export interface SqlDriver {
  /** Its file or address, for faults. */
  readonly place: string;
  /**
   * Runs a transaction: it is durable when the promise resolves, and undone when it rejects.
   * @param mode - `read` for one that changes nothing, so that a full disk does not prevent it; it sees one moment of the database
   */
  transaction<T>(mode: 'read' | 'write', work: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  /** Version of the schema, 0 for an empty database. */
  schemaVersion(): Promise<number>;
  /** Closes the database. Idempotent. */
  close(): Promise<void>;
}
