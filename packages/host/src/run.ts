import { parseArgs } from 'node:util';
import { escapeInvisible } from '@entente/trust';
import { describeFault, OperatorFault } from './fault.ts';
import { createLogger } from './logger.ts';

/** What {@link runServer} needs to know. */
export interface ServerProgram {
  /** Name of the bin, for messages and `--help`. */
  readonly name: string;
  /** One line that says what the server does. */
  readonly summary: string;
  /** Settings of the configuration that operators look for: what each bounds, with its default. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether `start` reads standard input itself. */
  readonly readsStdin?: boolean;
  /**
   * Starts the server; resolving means started.
   * @param configFile - path given with `--config`
   * @param signal - aborted when the process is asked to end
   * @returns what must be disposed at the end
   */
  start(configFile: string, signal: AbortSignal): Promise<AsyncDisposable>;
}

/** After this the process ends even if connections have not drained, or the server is still starting. */
const drainMs = 5_000;

/**
 * The main function of a server: `--config FILE`, `--stop-with-stdin`, `--help`. SIGINT and SIGTERM drain and stop; with
 * `--stop-with-stdin` the end of standard input does so too, which comes when the process that holds the other end of
 * the pipe ends, however it ends.
 * Exit status 0 after a clean stop, 2 for a fault that the operator can fix (one sentence, place, remedy; no stack
 * trace), 1 for a defect of the program.
 * @param program - what to run
 */
export async function runServer(program: ServerProgram): Promise<void> {
  const stop = new AbortController();
  let configFile = 'the command line';
  try {
    const settings = readArguments(program);
    if (settings === undefined) return;
    configFile = settings.configFile;
    const ended = new Promise<void>((resolve) => {
      stop.signal.addEventListener('abort', () => {
        setTimeout(() => process.exit(0), drainMs).unref();
        resolve();
      });
    });
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
    if (settings.stopWithStdin) {
      for (const event of ['end', 'error', 'close']) process.stdin.once(event, () => stop.abort());
      // The end shows to a reader only; a program that reads by itself must not lose its first lines to this one.
      if (program.readsStdin !== true) process.stdin.resume();
    }
    const running = await program.start(configFile, stop.signal);
    createLogger({ app: program.name }).info({ event: 'started' }, `${program.name} has started`);
    await ended;
    await running[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    process.exit(reportFault(program.name, error, configFile));
  }
}

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

interface Arguments {
  readonly configFile: string;
  readonly stopWithStdin: boolean;
}

/** @returns undefined where help was asked for, and printed */
function readArguments(program: ServerProgram): Arguments | undefined {
  const usage = `${program.name} --config FILE [--stop-with-stdin]`;
  const fault = (sentence: string): OperatorFault =>
    new OperatorFault('ENTENTE_USAGE', {
      sentence,
      place: 'the command line',
      remedy: `run: ${usage}`,
    });
  let values: {
    config?: string | undefined;
    help?: boolean | undefined;
    'stop-with-stdin'?: boolean | undefined;
  };
  try {
    ({ values } = parseArgs({
      options: {
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        'stop-with-stdin': { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw fault((error as Error).message.split('.')[0] ?? 'unknown argument');
  }
  if (values.help) {
    process.stdout.write(`${program.summary}

  ${usage}

  --config FILE      configuration, YAML
  --stop-with-stdin  stop, as on SIGTERM, when standard input ends: for a supervisor that holds a pipe to it
${settingsText(program.settings)}`);
    return undefined;
  }
  if (values.config === undefined) throw fault('the option --config is missing');
  return { configFile: values.config, stopWithStdin: values['stop-with-stdin'] === true };
}

function settingsText(settings: ServerProgram['settings'] = {}): string {
  const lines = Object.entries(settings).map(([name, text]) => `  ${name}\n      ${text}\n`);
  return lines.length === 0 ? '' : `\nBounds in the configuration:\n\n${lines.join('')}`;
}
