import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endWithLauncher } from '../process/end-with-launcher.ts';
import { type AppName, type Runnable, runnableApp, runnableProgram } from './runnable.ts';

/** One line of an app's log. */
export interface LogRecord {
  /** The line for people. */
  readonly msg?: string;
  /** What happened, for programs: `started`, `link`, `refused`, … */
  readonly event?: string;
  /** Stable literal of a refusal; absent in lines that report none. */
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/** A running app. */
export interface AppProcess extends AsyncDisposable {
  /** What the network calls it, e.g. `fe1.contoso.example`. */
  readonly name: string;
  /** Process id of the app. */
  readonly pid: number;
  /** Everything it has logged. */
  readonly records: readonly LogRecord[];
  /**
   * The first record, past or to come, for which `wanted` holds.
   * @param what - what is awaited, for the error message
   * @throws if the process ends, or nothing comes within `timeoutMs`
   */
  waitFor(what: string, wanted: (record: LogRecord) => boolean, timeoutMs?: number): Promise<LogRecord>;
  /** Calls the listener with each new record. @returns ends that */
  onRecord(listener: (record: LogRecord) => void): () => void;
  /** Writes one JSON line to its standard input. */
  send(command: object): void;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

/** Ends what hangs; a busy machine may be slow. */
const defaultWaitMs = 120_000;
const stopMs = 6_000;
/** Records kept per process; a network that runs for days keeps the newest. */
const maxRecords = 20_000;

/** How a program is started. */
export interface StartOptions {
  /** What the network calls it. */
  readonly name: string;
  readonly configFile: string;
  readonly nodeArguments?: readonly string[];
  readonly launcher?: readonly string[];
  /** Another checkout of the repository, whose sources run as they are; default what is here. */
  readonly root?: string;
}

/**
 * Starts an app and waits until it says that it has started.
 * @param app - which app
 * @param options - its name in the network, its configuration file, and what it may use of our environment
 * @throws with the app's own words if it ends before it has started
 */
export async function startApp(app: AppName, options: StartOptions): Promise<AppProcess> {
  return start(await runnableApp(app, options.root), options);
}

/**
 * Starts a program that runs as apps do (`runServer` of `@entente/host`), and waits until it says that it has started.
 * @param program - path of its main module, as of `ServerProgram`
 * @param options - as of {@link startApp}
 * @throws as {@link startApp}
 */
export async function startProgram(program: string, options: StartOptions): Promise<AppProcess> {
  return start(await runnableProgram(program, options.root), options);
}

async function start(program: Runnable, options: StartOptions): Promise<AppProcess> {
  const running = launch(program, options);
  try {
    await running.waitFor('its start', (record) => record.event === 'started');
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function launch(program: Runnable, options: StartOptions): AppProcess {
  const [command, ...before] = [...(options.launcher ?? []), process.execPath] as unknown as [
    string,
    ...string[],
  ];
  // It ends with us, even if we are killed: its standard input ends then.
  const args = [...(options.nodeArguments ?? []), ...program.args, '--config', options.configFile];
  const child = endWithLauncher(
    spawn(command, [...before, ...args, '--stop-with-stdin'], {
      cwd: program.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  const records: LogRecord[] = [];
  const listeners = new Set<(record: LogRecord) => void>();
  const failures = new Set<(error: Error) => void>();
  let words = '';
  let ended: string | undefined;

  createInterface({ input: child.stdout }).on('line', (line) => {
    const record = parseRecord(line);
    records.push(record);
    if (records.length > maxRecords) records.shift();
    for (const listener of [...listeners]) listener(record);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-8_192);
  });
  child.stdin.on('error', () => {});
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      ended = `${options.name} ended with ${signal ?? `status ${code}`}${words === '' ? '' : `: ${words.trim()}`}`;
      for (const fail of [...failures]) fail(new Error(ended));
      resolve();
    });
  });

  const self: AppProcess = {
    name: options.name,
    pid: child.pid ?? -1,
    records,
    onRecord(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    waitFor(what, wanted, timeoutMs = defaultWaitMs) {
      const past = records.find(wanted);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const settle = () => {
          clearTimeout(timer);
          failures.delete(fail);
          forget();
        };
        const fail = (error: Error) => {
          settle();
          reject(error);
        };
        const timer = setTimeout(() => {
          fail(
            new Error(
              `${options.name}: ${what} did not come within ${timeoutMs} ms${words === '' ? '' : `; it said: ${words.trim()}`}`,
            ),
          );
        }, timeoutMs);
        const forget = self.onRecord((record) => {
          if (!wanted(record)) return;
          settle();
          resolve(record);
        });
        failures.add(fail);
        if (ended !== undefined) fail(new Error(ended));
      });
    },
    send(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
    },
    stop: () => stop(child, gone),
    [Symbol.asyncDispose]: () => stop(child, gone),
  };
  return self;
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await gone;
    clearTimeout(hard);
  }
}

function parseRecord(line: string): LogRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogRecord;
  } catch {
    // Not a log record: kept as text, so that nothing an app says is lost.
  }
  return { msg: line };
}
