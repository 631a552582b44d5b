import type { SqliteDriver } from '@entente/store-sql/sqlite';
import type { RoomStoreOptions } from '../src/room-store/room-store.ts';
import { OldMessages } from '../src/store/old-messages.ts';
import { openRooms } from '../src/store/open-rooms.ts';
import { execute } from '../src/worker/execute.ts';

/** Opens the database of rooms in the thread of the test, which starts at once, and whose driver it may change. */
export function inThisThread(
  changed: (driver: SqliteDriver) => SqliteDriver = (driver) => driver,
): NonNullable<RoomStoreOptions['start']> {
  return async (file) => {
    const driver = changed(await openRooms(file));
    const old = new OldMessages();
    return { execute: (orders) => execute(driver, old, orders), close: () => driver.close() };
  };
}
