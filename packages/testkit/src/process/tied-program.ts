import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { launcherPipe } from './launcher-pipe.ts';

/** Where and with which streams a program runs. */
export interface TiedOptions {
  /** Folder that the program runs in; default that of this process. */
  readonly cwd?: string;
  /** Standard input; default `ignore`. Output and error are pipes. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** A program that ends with this process. */
export interface TiedProgram extends AsyncDisposable {
  /** Its streams and its end; signals sent to this process reach the program, and the exit status is the program's. */
  readonly process: ChildProcess;
  /** Kills the program and everything in its process group, and waits until its streams are closed. */
  [Symbol.asyncDispose](): Promise<void>;
}

const keeper = fileURLToPath(new URL('./keeper.ts', import.meta.url));
const loader = new URL('../../../../node_modules/tsx/dist/esm/index.mjs', import.meta.url).href;

/**
 * Starts a program that knows nothing of us so that it ends with this process, however this process ends: also where it
 * is killed. A keeper stands between the two. It runs the program in a process group of its own, and kills that group
 * when a pipe that this process holds is closed.
 *
 * @param program - name or path
 * @param args - its arguments
 * @param options - folder and standard input
 */
export function spawnTied(program: string, args: readonly string[], options: TiedOptions = {}): TiedProgram {
  const { cwd, stdin = 'ignore' } = options;
  const settings: SpawnOptions = { stdio: [stdin, 'pipe', 'pipe', 'pipe'] };
  if (cwd !== undefined) settings.cwd = cwd;
  const child = spawn(process.execPath, ['--import', loader, keeper, program, ...args], settings);
  const closed = once(child, 'close');
  return {
    process: child,
    async [Symbol.asyncDispose]() {
      child.stdio[launcherPipe]?.destroy();
      await closed;
    },
  };
}
