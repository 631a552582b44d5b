import type { SqlTransaction } from '../driver/sql-driver.ts';

/** Tables whose rows have a number, which says in which order they were recorded. */
export type NumberedTable = 'certificates' | 'intents' | 'revocations';

/** The number of the next row of a table, as an expression of SQL. */
export function followingNumber(table: NumberedTable): string {
  return `(SELECT COALESCE(MAX(number), 0) + 1 FROM ${table})`;
}

/** The number of the last row of a table; 0 where it is empty. */
export async function lastNumber(transaction: SqlTransaction, table: NumberedTable): Promise<number> {
  const [row] = await transaction.all(`SELECT MAX(number) AS last FROM ${table}`, []);
  return (row?.last as number | null) ?? 0;
}
