import { parentPort, workerData } from 'node:worker_threads';
import type { SqliteDriver } from '@entente/store-sql/sqlite';
import { ChatRoomFault } from '../fault.ts';
import { OldMessages } from '../store/old-messages.ts';
import { openRooms } from '../store/open-rooms.ts';
import { execute } from './execute.ts';
import { faultText } from './order.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread that owns the database of rooms. It ends when it is told to close, and gives back the lock of the database by that. */
async function run(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const say = (message: FromThread): void => port.postMessage(message);
  let driver: SqliteDriver;
  try {
    driver = await openRooms((workerData as ThreadData).file);
  } catch (error) {
    if (!(error instanceof ChatRoomFault)) throw error;
    say({ type: 'not-opened', fault: faultText(error) });
    return;
  }
  const old = new OldMessages();
  port.on('message', async (message: ToThread) => {
    if (message.type === 'execute') {
      say({ type: 'executed', answer: await execute(driver, old, message.orders) });
      return;
    }
    await driver.close();
    port.close();
  });
  say({ type: 'opened' });
}

await run();
