import { parseArgs } from 'node:util';
import { describeFault, OperatorFault } from './fault.ts';
import { createLogger } from './logger.ts';

/** What {@link runServer} needs to know. */
export interface ServerProgram {
  /** Name of the bin, for messages and `--help`. */
  readonly name: string;
  /** One line that says what the server does. */
  readonly summary: string;
  /**
   * Starts the server; resolving means started.
   * @param configFile path given with `--config`
   * @param signal aborted when the process is asked to end
   * @returns what must be disposed at the end
   */
  start(configFile: string, signal: AbortSignal): Promise<AsyncDisposable>;
}

/** After this the process ends even if connections have not drained. */
const drainMs = 5_000;

/**
 * The main function of a server: `--config FILE`, `--help`; SIGINT and SIGTERM drain and stop.
 * Exit status 0 after a clean stop, 2 for a fault that the operator can mend (one sentence, place, remedy; no stack
 * trace), 1 for a defect of the program.
 * @param program what to run
 */
export async function runServer(program: ServerProgram): Promise<void> {
  const stop = new AbortController();
  let configFile = 'the command line';
  try {
    const file = configArgument(program);
    if (file === undefined) return;
    configFile = file;
    const ended = new Promise<void>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
    });
    const running = await program.start(file, stop.signal);
    createLogger({ app: program.name }).info({ event: 'started' }, `${program.name} has started`);
    await ended;
    stop.abort();
    setTimeout(() => process.exit(0), drainMs).unref();
    await running[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    process.exit(reportFault(program.name, error, configFile));
  }
}

/**
 * Writes an error for a person to standard error.
 * @param name name of the program
 * @param error what was thrown
 * @param context place to name if the error has none
 * @returns the exit status: 2 if the operator can mend it, else 1
 */
export function reportFault(name: string, error: unknown, context: string): 1 | 2 {
  const fault = describeFault(error, context);
  if (fault === undefined) {
    process.stderr.write(`${name}: a defect: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
  process.stderr.write(`${name}: ${fault.place}: ${fault.sentence}; ${fault.remedy} (${fault.code})\n`);
  return 2;
}

function configArgument(program: ServerProgram): string | undefined {
  const usage = `${program.name} --config FILE`;
  let values: { config?: string | undefined; help?: boolean | undefined };
  try {
    ({ values } = parseArgs({
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }));
  } catch (error) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: (error as Error).message.split('.')[0] ?? 'unknown argument',
      place: 'the command line',
      remedy: `call it as: ${usage}`,
    });
  }
  if (values.help) {
    process.stdout.write(`${program.summary}\n\n  ${usage}\n`);
    return undefined;
  }
  if (values.config === undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'no configuration file is named',
      place: 'the command line',
      remedy: `call it as: ${usage}`,
    });
  }
  return values.config;
}
