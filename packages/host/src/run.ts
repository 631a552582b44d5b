import type { Log } from '@entente/tls';
import { escapeInvisible } from '@entente/trust';
import { describeFault } from './fault.ts';
import { checkProgram, checkRunning } from './lifecycle/check-program.ts';
import { EndGuard } from './lifecycle/end-guard.ts';
import { endProcess } from './lifecycle/end-process.ts';
import { areThreadsHeld } from './lifecycle/held-threads.ts';
import { type ProgramHelp, readProgramArguments } from './lifecycle/program-arguments.ts';
import { programVersion } from './lifecycle/program-version.ts';
import { type Reloaded, reloadServer } from './lifecycle/reload.ts';
import type { RunningServer } from './lifecycle/running-server.ts';
import { closingMs, endingMs, logStopped, stopServer, stuckLine } from './lifecycle/stop-server.ts';
import { warningsToLog } from './lifecycle/warnings-to-log.ts';
import { createLogger } from './logger.ts';

/** What {@link runServer} needs to know. */
export interface ServerProgram extends ProgramHelp {
  /** Whether `start` reads standard input itself. */
  readonly readsStdin?: boolean;
  /**
   * Checks the configuration and the files that it names, as `start` would, for `--check-config`: it listens nowhere, asks nobody, and
   * writes nothing.
   * @param configFile - path given with `--config`
   * @throws what `start` would throw
   */
  check(configFile: string): Promise<void>;
  /**
   * Starts the server; resolving means started.
   * @param configFile - path given with `--config`
   * @param signal - aborted when the process is asked to end
   * @returns what is drained and disposed of at the end
   */
  start(configFile: string, signal: AbortSignal): Promise<RunningServer>;
}

/**
 * The main function of a server: `--config FILE`, `--check-config`, `--stop-with-stdin`, `--help`. SIGINT and SIGTERM drain and stop, a second one stops at
 * once; SIGHUP calls `reload`; with `--stop-with-stdin` the end of standard input does so too, which comes when the process that holds the other end of
 * the pipe ends, however it ends.
 * Exit status 0 after it was told to stop, 2 for a fault that the operator can fix (one sentence, place, remedy; no stack
 * trace), 1 for a defect of the program. Where a file operation never returns, it ends by SIGKILL after its last line.
 * @param program - what to run
 */
export async function runServer(program: ServerProgram): Promise<void> {
  // Node would open its inspector for anybody on this machine: a process of the same user, such as that of a plugin, can send the signal.
  // A check runs plugins too.
  process.on('SIGUSR1', () => {});
  const stop = new AbortController();
  const hurry = new AbortController();
  let configFile = 'the command line';
  let guard: EndGuard | undefined;
  try {
    checkProgram(program);
    const settings = readProgramArguments(program);
    if (settings === undefined) return;
    configFile = settings.configFile;
    if (settings.checkConfig) {
      await program.check(configFile);
      const line = escapeInvisible(`${program.name}: ${configFile}: the configuration is valid`);
      // A module of a plugin may keep the process alive.
      process.stdout.write(`${line}\n`, () => process.exit(0));
      return;
    }
    const log = createLogger({ app: program.name });
    let ownLog: Log = log;
    warningsToLog(() => ownLog);
    const told = new Promise<EndGuard>((resolve) => {
      stop.signal.addEventListener('abort', () => {
        guard = new EndGuard(endingMs, stuckLine(program.name));
        resolve(guard);
      });
    });
    let startsNoMore: NodeJS.Timeout | undefined;
    const whileStarting = (): void => {
      const since = performance.now();
      startsNoMore = setTimeout(async () => {
        const isHeld = await areThreadsHeld();
        logStopped(log, { outcome: 'starting', closed: false, isHeld, since });
        await endProcess(0, isHeld, await told);
      }, closingMs).unref();
    };
    stop.signal.addEventListener('abort', whileStarting);
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      process.on(name, () => (stop.signal.aborted ? hurry : stop).abort());
    // Once it stops, there is nothing to take over. What changes while it starts may be read already: it is read again as soon as it has started.
    let reload = async (): Promise<void> => {};
    let begin = (): void => {};
    let reloading = new Promise<void>((resolve) => {
      begin = resolve;
    });
    process.on('SIGHUP', () => {
      reloading = reloading.then(() => reload());
    });
    if (settings.stopWithStdin) {
      for (const event of ['end', 'error', 'close']) process.stdin.once(event, () => stop.abort());
      // The end shows to a reader only; a program that reads by itself must not lose its first lines to this one.
      if (program.readsStdin !== true) process.stdin.resume();
    }
    const running = checkRunning(await program.start(configFile, stop.signal));
    ownLog = running.log ?? log;
    ownLog.info({ event: 'started', version: programVersion() }, `${program.name} has started`);
    stop.signal.removeEventListener('abort', whileStarting);
    clearTimeout(startsNoMore);
    reload = () =>
      reloadServer(
        running.reload === undefined ? undefined : () => running.reload?.() as Promise<Reloaded>,
        ownLog,
        configFile,
      );
    begin();
    // A client that is not connected to anything, and whose standard input has ended, waits for nothing: the process would end here.
    const alive = setInterval(() => {}, longestTimerMs);
    const guarded = await told;
    clearInterval(alive);
    reload = async () => {};
    const isHeld = await stopServer(running, ownLog, hurry.signal, guarded);
    await endProcess(0, isHeld, guarded);
  } catch (error) {
    const status = reportFault(program.name, error, configFile);
    await endProcess(status, await areThreadsHeld(), guard);
  }
}

/** Milliseconds of the longest timer of Node. */
const longestTimerMs = 2_147_483_647;

/**
 * Writes an error for a person to standard error. Names of peers and files in it are escaped.
 * @param name - name of the program
 * @param error - what was thrown
 * @param context - place to name if the error has none
 * @returns the exit status: 2 if the operator can fix it, else 1
 */
export function reportFault(name: string, error: unknown, context: string): 1 | 2 {
  const fault = describeFault(error, context);
  if (fault === undefined) {
    const stack = (error instanceof Error ? error.stack : undefined) ?? String(error);
    const lines = `${name}: defect of the program: ${stack}`.split('\n').map(escapeInvisible);
    process.stderr.write(`${lines.join('\n')}\n`);
    return 1;
  }
  const line = `${name}: ${fault.place}: ${fault.sentence}; ${fault.remedy} (${fault.code})`;
  process.stderr.write(`${escapeInvisible(line)}\n`);
  return 2;
}
