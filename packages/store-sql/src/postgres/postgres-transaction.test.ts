import { expect, it } from 'vitest';
import { ConnectionFailed } from './postgres-fault.ts';
import { rehearseTransaction, runTransaction } from './postgres-transaction.ts';

/** A connection whose statement `broken` fails. */
function connectionThat(fails: Error) {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    if (sql === 'broken') throw fails;
    return { rows: [], rowCount: 0 };
  };
  return { asked, query };
}

const hangs = new ConnectionFailed(new Error('Query read timeout'));

it.each([
  ['of the server', new Error('division by zero'), ['broken', 'ROLLBACK']],
  ['of the connection, which has not ended the statement perhaps', hangs, ['broken']],
])('a transaction is rolled back after an error of the server alone: %s', async (_, fails, expected) => {
  for (const run of [
    (connection: ReturnType<typeof connectionThat>) =>
      runTransaction(connection, 'write', (transaction) => transaction.run('broken', [])),
    (connection: ReturnType<typeof connectionThat>) =>
      rehearseTransaction(connection, (transaction) => transaction.run('broken', [])),
  ]) {
    const connection = connectionThat(fails);
    await expect(run(connection)).rejects.toBe(fails);
    expect(connection.asked.slice(1)).toEqual(expected);
  }
});

it.each([
  ['of the server', new Error('a duplicate'), ['SAVEPOINT part', 'broken', 'ROLLBACK TO SAVEPOINT part']],
  ['of the connection', hangs, ['SAVEPOINT part', 'broken']],
])('a part of a transaction too: %s', async (_, fails, expected) => {
  const connection = connectionThat(fails);
  await expect(
    runTransaction(connection, 'write', ({ attempt, run }) => attempt(() => run('broken', []))),
  ).rejects.toBe(fails);
  expect(connection.asked.slice(1, 1 + expected.length + 1).filter((sql) => sql !== 'ROLLBACK')).toEqual(
    expected,
  );
});
