import { migrate, openSqlite, type SqliteDriver } from '@entente/store-sql/sqlite';
import { noteBegun, refuseEmptied, refuseLost } from './lost-store.ts';
import { chatMigrations } from './schema.ts';
import { openingFault } from './store-fault.ts';

/**
 * Opens the database of a chat server for this process alone, with the schema of this program.
 * @param file - created with mode 0600 where it does not exist
 * @throws ChatRoomFault `ENTENTE_CHAT_STORE_LOST`, `ENTENTE_CHAT_STORE_LOCKED`, `ENTENTE_CHAT_STORE_DAMAGED`, `ENTENTE_CHAT_STORE_TOO_NEW`,
 * `ENTENTE_CHAT_STORE_UNAVAILABLE`
 */
export async function openRooms(file: string): Promise<SqliteDriver> {
  let driver: SqliteDriver | undefined;
  try {
    await refuseLost(file);
    driver = await openSqlite(file);
    await refuseEmptied(file, await driver.schemaVersion());
    await migrate(driver, chatMigrations);
    await noteBegun(file);
    return driver;
  } catch (error) {
    await driver?.close();
    throw openingFault(file, error);
  }
}
