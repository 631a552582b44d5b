import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const startMs = 60_000;

/** The authority-server app as a process that can be killed at any moment, also before it has started. */
export interface AuthorityProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves once it listens. @throws Error with its own words where it ends before that */
  readonly started: Promise<void>;
  /** Ends it at once (SIGKILL), and waits until it has ended. */
  kill(): Promise<void>;
}

/**
 * Runs the app from source. It ends with this process: its standard input ends then.
 *
 * @param configFile - see `createAuthorityPlace`
 */
export function runAuthority(configFile: string): AuthorityProcess {
  const node = ['--conditions=@entente/source', '--import', 'tsx', 'apps/authority-server/src/bin.ts'];
  const child = spawn(process.execPath, [...node, '--config', configFile, '--stop-with-stdin'], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let words = '';
  child.stdin.on('error', () => {});
  const gone = new Promise<string>((resolve) => {
    child.once('close', (status, signal) => resolve(`${signal ?? `status ${status}`}: ${words.trim()}`));
  });
  const started = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not started within ${startMs} ms: ${words}`)), startMs);
    const hear = (chunk: Buffer): void => {
      words = (words + chunk.toString('utf8')).slice(-4_096);
      if (!words.includes('"event":"started"')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void gone.then((how) => {
      clearTimeout(timer);
      reject(new Error(`the authority ended before it had started, with ${how}`));
    });
  });
  // One that is killed while it starts is awaited by nobody.
  started.catch(() => {});
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { pid: child.pid ?? -1, started, kill, [Symbol.asyncDispose]: kill };
}
