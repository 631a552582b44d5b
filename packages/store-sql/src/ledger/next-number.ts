import type { SqlTransaction } from '../driver/sql-driver.ts';

/** The number of the next row of a table; numbers say in which order rows were recorded. */
export async function nextNumber(
  transaction: SqlTransaction,
  table: 'certificates' | 'intents' | 'revocations',
): Promise<number> {
  const [row] = await transaction.all(`SELECT MAX(number) AS last FROM ${table}`, []);
  return ((row?.last as number | null) ?? 0) + 1;
}
