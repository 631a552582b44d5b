import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadedServer } from '../load/loaded-server.ts';
import { buildScript } from './built-script.ts';
import { pinTo } from './pinned.ts';
import { unitFlags } from './unit-flags.ts';

/** Which app is started, and how. */
export interface PinnedAppOptions {
  readonly app: 'pool-server' | 'edge-server';
  readonly configFile: string;
  /** The core it stays on. */
  readonly core: number;
  /** Further flags for the Node that it runs on. */
  readonly nodeFlags?: readonly string[];
}

/** In a bundle the imports of a module come before what it requires, and a dependency of ours looks for this when it is loaded. */
const beforeAll = ['--import', 'reflect-metadata'];

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Builds an app and runs it as its unit does, but pinned; resolves when it says that it has started.
 *
 * @throws Error with the app's own words when it ends first.
 */
export async function startPinnedApp(options: PinnedAppOptions): Promise<LoadedServer> {
  const { app, configFile, core, nodeFlags = [] } = options;
  const built = await buildScript(new URL(`../../../apps/${app}/src/bin.ts`, import.meta.url), 'sip');
  const command = [process.execPath, ...beforeAll, ...unitFlags(app), ...nodeFlags, built.file];
  const [program, ...args] = [...pinTo(core), ...command] as [string, ...string[]];
  const ending = ['--config', configFile, '--stop-with-stdin'];
  const child = spawn(program, [...args, ...ending], { cwd: repository, stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4096);
  });
  const started = new Promise<void>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (line.includes('"event":"started"')) resolve();
      else words = `${words}${line}\n`.slice(-4096);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the ${app} ended with status ${code}: ${words}`)));
  });
  const dispose = async (): Promise<void> => {
    // Its folder is removed next: it must not write there any more.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await built[Symbol.asyncDispose]();
  };
  try {
    await started;
  } catch (fault) {
    await dispose();
    throw fault;
  }
  return {
    pid: child.pid as number,
    script: built.file,
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
    [Symbol.asyncDispose]: dispose,
  };
}
