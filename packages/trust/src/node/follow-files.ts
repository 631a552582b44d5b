import { stat } from 'node:fs/promises';
import { callback, delayMs, type Shape, yesOrNo } from '@entente/options';
import { filesOf } from './read-blocks.ts';
import type { FollowOptions, Store } from './watched-store.ts';

/** Rules of {@link FollowOptions}. */
export const followRules: Shape<FollowOptions> = {
  watch: yesOrNo,
  intervalMs: delayMs,
  onFault: callback,
};

/**
 * A value that is read from files. It is read again when names, sizes or times have changed *and* have then stayed the same for
 * one interval, so that a file is not read while it is being written.
 *
 * @param paths - files and directories; none: the value never changes
 * @param read - reads the whole value, or throws
 * @param options - whether and how often to check the files, and what receives faults
 */
export async function follow<T>(
  paths: readonly string[],
  read: () => Promise<T>,
  options: FollowOptions = {},
): Promise<Store<T>> {
  const listeners = new Set<(current: T) => void>();
  let usedState = await stateOf(paths);
  let seenState = usedState;
  let current = await read();
  let looking = false;
  let stopped = false;

  const look = async () => {
    const state = await stateOf(paths);
    const settled = state === seenState;
    seenState = state;
    if (!settled || state === usedState) return;
    usedState = state;
    const next = await read();
    if (stopped) return;
    current = next;
    for (const listener of [...listeners]) listener(next);
  };
  const timer =
    options.watch === false || paths.length === 0
      ? undefined
      : setInterval(() => {
          if (looking) return;
          looking = true;
          look()
            .catch((fault: unknown) => options.onFault?.(fault))
            .finally(() => {
              looking = false;
            });
        }, options.intervalMs ?? 1_000);
  timer?.unref();

  return {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearInterval(timer);
      listeners.clear();
    },
  };
}

/** Names, sizes, times and inodes of every file: any ordinary change of content changes one of them. */
async function stateOf(paths: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path).catch(() => [path])) {
      const status = await stat(file, { bigint: true }).catch(() => undefined);
      lines.push(
        status === undefined ? `${file} gone` : `${file} ${status.size} ${status.mtimeNs} ${status.ino}`,
      );
    }
  }
  return lines.join('\n');
}
