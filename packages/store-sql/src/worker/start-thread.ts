import { Worker } from 'node:worker_threads';
import { PkiFault } from '@entente/pki/ledger';
import type { ImportProgress } from '../import/import-ledger-file.ts';
import { type BatchAnswer, faultOf, type Order } from './order.ts';
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

/** What waits for the next message of the thread. */
interface Awaited {
  readonly resolve: (message: FromThread) => void;
  readonly reject: (fault: PkiFault) => void;
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
  const worker = new Worker(...entryPoint({ directory }));
  let awaited: Awaited | undefined;
  let ended: PkiFault | undefined;
  const end = (cause: unknown): void => {
    ended ??= threadEnded(directory, cause);
    awaited?.reject(ended);
    awaited = undefined;
  };
  worker.on('message', (message: FromThread) => {
    if (message.type === 'imported') return onImport(message.progress);
    awaited?.resolve(message);
    awaited = undefined;
    // An open ledger alone does not keep the process alive; what is under way does.
    worker.unref();
  });
  worker.on('error', end);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end(new Error(`the thread ended with code ${code}`));
      resolve();
    });
  });
  const next = (message?: ToThread): Promise<FromThread> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      awaited = { resolve, reject };
      worker.ref();
      if (message !== undefined) worker.postMessage(message);
    });

  const opening = await next();
  if (opening.type === 'not-opened') {
    worker.ref();
    await exited;
    throw faultOf(opening.fault);
  }
  return {
    async execute(orders) {
      const message = await next({ type: 'execute', orders });
      return message.type === 'executed' ? message.answer : { outcomes: [] };
    },
    async copyTo(file) {
      const message = await next({ type: 'copy', file });
      if (message.type === 'copied' && message.fault !== undefined) throw faultOf(message.fault);
    },
    async close() {
      worker.ref();
      worker.postMessage({ type: 'close' } satisfies ToThread);
      await exited;
    },
  };
}

function entryPoint(workerData: ThreadData): ConstructorParameters<typeof Worker> {
  const fromSource = import.meta.url.endsWith('.ts');
  return [
    new URL(fromSource ? './thread-from-source.mjs' : './thread.js', import.meta.url),
    { workerData, execArgv: fromSource ? ['--conditions=@entente/source'] : [] },
  ];
}

function threadEnded(place: string, cause: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_UNAVAILABLE', {
    sentence: `the thread of the database has ended: ${(cause as Partial<Error>).message ?? String(cause)}`,
    place,
    remedy: 'restart the authority',
    cause,
  });
}
