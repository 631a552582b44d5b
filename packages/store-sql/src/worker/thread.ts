import { parentPort, workerData } from 'node:worker_threads';
import { PkiFault } from '@entente/pki/ledger';
import { forgetEpoch } from '../accounts/account-feed.ts';
import { openSqlite, type SqliteDriver } from '../driver/open-sqlite.ts';
import { openDatabase } from '../open-database.ts';
import { execute } from './execute.ts';
import { type FaultText, faultText } from './order.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread that owns the database. It ends when it is told to close, and gives back the lock of the database by that. */
async function run(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const say = (message: FromThread): void => port.postMessage(message);
  let driver: SqliteDriver;
  try {
    const { directory } = workerData as ThreadData;
    driver = await openDatabase(directory, (progress) => say({ type: 'imported', progress }));
  } catch (error) {
    if (!(error instanceof PkiFault)) throw error;
    say({ type: 'not-opened', fault: faultText(error) });
    return;
  }
  port.on('message', async (message: ToThread) => {
    if (message.type === 'execute') {
      say({ type: 'executed', answer: await execute(driver, message.orders) });
      return;
    }
    if (message.type === 'copy') {
      const fault = await copyFault(driver, message.file);
      say({ type: 'copied', ...(fault === undefined ? {} : { fault }) });
      return;
    }
    await driver.close();
    port.close();
  });
  say({ type: 'opened' });
}

async function copyFault(driver: SqliteDriver, file: string): Promise<FaultText | undefined> {
  try {
    await driver.copyTo(file);
    const copy = await openSqlite(file);
    try {
      await forgetEpoch(copy);
    } finally {
      await copy.close();
    }
    return undefined;
  } catch (error) {
    return {
      code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
      sentence: `the copy of the database could not be written: ${(error as Error).message}`,
      place: file,
      remedy: 'name a folder in which the authority may write, on a disk with space for the whole database',
    };
  }
}

await run();
