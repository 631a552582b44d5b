import { PkiFault } from '@entente/pki/ledger';
import type { ImportProgress } from '../import/import-ledger-file.ts';
import { type BatchAnswer, faultOf, type Order } from './order.ts';
import { startOwnThread } from './own-thread.ts';
import { remedyOfEnd } from './thread-file-missing.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread of an open database, as the main thread sees it. */
export interface DatabaseThread {
  /** Executes orders as one transaction. Rejects only if the thread has ended. */
  execute(orders: readonly Order[]): Promise<BatchAnswer>;
  /**
   * Writes a copy of the database.
   * @param file - does not exist yet
   * @throws PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE`
   */
  copyTo(file: string): Promise<void>;
  /** Closes the database, and resolves when the thread has ended and its lock is free. */
  close(): Promise<void>;
}

/**
 * Starts the thread that owns the database of a folder.
 * @param directory - the folder of the authority
 * @param onImport - called with how far an import of the earlier format is
 * @throws PkiFault of opening
 */
export async function startThread(
  directory: string,
  onImport: (progress: ImportProgress) => void,
): Promise<DatabaseThread> {
  const thread = startOwnThread<ToThread, FromThread>(
    {
      from: import.meta.url,
      entry: { built: './thread.js', source: './thread-from-source.mjs' },
      workerData: { directory } satisfies ThreadData,
      isNews(message) {
        if (message.type === 'imported') onImport(message.progress);
        return message.type === 'imported';
      },
    },
    (cause) => threadEnded(directory, cause),
  );
  const opening = await thread.next();
  if (opening.type === 'not-opened') {
    await thread.end();
    throw faultOf(opening.fault);
  }
  return {
    async execute(orders) {
      const message = await thread.next({ type: 'execute', orders });
      return message.type === 'executed' ? message.answer : { outcomes: [] };
    },
    async copyTo(file) {
      const message = await thread.next({ type: 'copy', file });
      if (message.type === 'copied' && message.fault !== undefined) throw faultOf(message.fault);
    },
    close: () => thread.end({ type: 'close' }),
  };
}

function threadEnded(place: string, cause: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_UNAVAILABLE', {
    sentence: `the thread of the database has ended: ${(cause as Partial<Error>).message ?? String(cause)}`,
    place,
    remedy: remedyOfEnd(cause, 'restart the authority'),
    cause,
  });
}
