import type { Log } from '@entente/tls';
import { type DestinationStream, pino } from 'pino';
import { storageRemedy } from './fault.ts';
import { boundedLine } from './log/bounded-line.ts';
import { BoundedOutput } from './log/bounded-output.ts';
import { checkLoggerOptions } from './log/check-logger-options.ts';
import { standardOutput } from './standard-output.ts';

/** The log of a server, in JSON lines; a refusal has `reason`, `peer` and `link`. */
export interface Logger extends Log {
  /** Least severe level written; those made by `child` before keep theirs. */
  level?: string;
  /**
   * Makes a logger whose lines carry further fields.
   * @param fields - added to each line
   */
  child(fields: object): Logger;
}

/** What names a process in its log. */
export interface LoggerOptions {
  /** Name of the app, e.g. `pool-server`. */
  readonly app: string;
  /** FQDN of the server that writes. */
  readonly source?: string;
  /** Least severe level written. Default `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
}

/**
 * Makes the logger of a server: JSON lines, time in ISO 8601 with milliseconds, UTC. Names that peers wrote are in them: characters that a
 * terminal would obey, or that hide what a line says, are escaped, and of long texts a part is left out. A fault of a disk, such as `ENOSPC`, comes with its remedy, wherever it is logged.
 * @param options - name of the app, server and level
 * @param destination - where the lines go; default standard output
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID` for options that there are not
 */
export function createLogger(
  options: LoggerOptions,
  destination: DestinationStream = standardOutput(),
): Logger {
  checkLoggerOptions(options, destination);
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: {
        app: options.app,
        ...(options.source === undefined ? {} : { source: options.source }),
        pid: process.pid,
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: withRemedy },
      hooks: { streamWrite: written },
    },
    destination,
  );
  if (destination instanceof BoundedOutput) destination.tellBy((count) => logLeftOut(logger, count));
  return logger;
}

/** Lines that nobody can read any more are missed by somebody some day. */
function logLeftOut(log: Logger, count: number): void {
  const remedy =
    'See why what reads standard output had stopped or was too slow: the pipe, the journal or its disk; the metrics have counted what the log lacks here.';
  log.error(
    { event: 'lines-left-out', count, remedy },
    `${count} lines of the log were left out before this one, because nothing took them`,
  );
}

/** Errors of Node have a code and no remedy; one that the line has stays. */
function withRemedy(fields: Record<string, unknown>): Record<string, unknown> {
  const fault = (fields.err ?? {}) as { readonly code?: unknown; readonly remedy?: unknown };
  const code = fields.code ?? fault.code;
  const remedy = storageRemedy(code);
  return remedy === undefined || fields.remedy !== undefined
    ? fields
    : { ...fields, code, remedy: fault.remedy ?? remedy };
}

/** @param line - of JSON, with its line feed */
function written(line: string): string {
  return `${boundedLine(line.endsWith('\n') ? line.slice(0, -1) : line)}\n`;
}
