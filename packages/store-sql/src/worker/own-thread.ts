import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { statementLatch } from '../driver/block-statements-at-exit.ts';
import { ThreadFileMissing } from './thread-file-missing.ts';

/** How the thread of a database is started. */
export interface OwnThreadOptions<From> {
  /** `import.meta.url` of the module that starts it; undefined in a bundle of CommonJS. */
  readonly from: string | undefined;
  /** The file that runs in the thread: beside the built code, or among the sources, where it loads TypeScript by itself. */
  readonly entry: { readonly built: string; readonly source: string };
  /** What it is started with, an object; its latch is added, so that none of its statements is under way when the process exits. */
  readonly workerData: unknown;
  /** Told each message; returns whether it was only news, which answers nothing. Default: none is. */
  readonly isNews?: (message: From) => boolean;
  /** Told once, where the thread has ended without being told to. */
  readonly onEnded?: (cause: unknown) => void;
}

/** A thread that owns a database, as the thread that has started it sees it: asked one thing at a time. */
export interface OwnThread<To, From> {
  /**
   * Waits for the next message of the thread.
   * @param message - sent to it before; without one, the thread speaks by itself
   * @throws what `threadEnded` makes of the cause, where the thread has ended
   */
  next(message?: To): Promise<From>;
  /**
   * Resolves when the thread has ended, and the lock of its database is free.
   * @param message - that lets it end; without one, it ends by itself
   */
  end(message?: To): Promise<void>;
}

interface Awaited<From> {
  readonly resolve: (message: From) => void;
  readonly reject: (fault: Error) => void;
}

/**
 * Starts a thread that owns a database. It alone does not keep the process alive; what is under way does.
 * @param options - its file, what it is started with
 * @param threadEnded - the fault of what is asked of a thread that has ended
 * @throws what `threadEnded` makes of a {@link ThreadFileMissing}, where the code was bundled without the file
 */
export function startOwnThread<To, From>(
  options: OwnThreadOptions<From>,
  threadEnded: (cause: unknown) => Error,
): OwnThread<To, From> {
  const { isNews, onEnded } = options;
  const entry = entryPoint(options);
  if (entry instanceof ThreadFileMissing) throw threadEnded(entry);
  const latch = statementLatch();
  const worker = new Worker(...entry(latch.shared));
  let awaited: Awaited<From> | undefined;
  let ended: Error | undefined;
  let isToEnd = false;
  const end = (cause: unknown): void => {
    if (ended !== undefined) return;
    ended = threadEnded(cause);
    awaited?.reject(ended);
    awaited = undefined;
    if (!isToEnd) onEnded?.(cause);
  };
  worker.on('message', (message: From) => {
    if (isNews?.(message)) return;
    awaited?.resolve(message);
    awaited = undefined;
    worker.unref();
  });
  worker.on('error', end);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      latch.remove();
      end(new Error(`the thread ended with code ${code}`));
      resolve();
    });
  });
  return {
    next: (message) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        awaited = { resolve, reject };
        worker.ref();
        if (message !== undefined) worker.postMessage(message);
      }),
    async end(message) {
      isToEnd = true;
      worker.ref();
      if (message !== undefined) worker.postMessage(message);
      await exited;
    },
  };
}

function entryPoint({
  entry,
  from,
  workerData,
}: Pick<OwnThreadOptions<never>, 'entry' | 'from' | 'workerData'>):
  | ((latch: SharedArrayBuffer) => ConstructorParameters<typeof Worker>)
  | ThreadFileMissing {
  const isSource = from?.endsWith('.ts') === true;
  const name = isSource ? entry.source : entry.built;
  const url = from === undefined ? undefined : new URL(name, from);
  if (url === undefined || !existsSync(url)) return new ThreadFileMissing(name, url);
  const execArgv = isSource ? ['--conditions=@entente/source'] : [];
  return (statementLatch) => [url, { workerData: { ...(workerData as object), statementLatch }, execArgv }];
}
