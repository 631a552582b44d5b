import { parentPort, workerData } from 'node:worker_threads';
import { openSqlite } from '../src/driver/open-sqlite.ts';

/** A thread that reads without end, each time for long enough to be stopped in it. */
const count = `WITH RECURSIVE numbers (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM numbers WHERE x < 1000000)
  SELECT count(*) AS found FROM numbers`;
const driver = await openSqlite((workerData as { file: string }).file);
await driver.transaction('read', async (transaction) => {
  for (;;) {
    parentPort?.postMessage('reads');
    await transaction.all(count, []);
  }
});
