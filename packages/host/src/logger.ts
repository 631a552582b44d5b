import type { Log } from '@entente/tls';
import { escapeInvisible } from '@entente/trust';
import { type DestinationStream, pino } from 'pino';
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
 * terminal would obey, or that hide what a line says, are escaped.
 * @param options - name of the app, server and level
 * @param destination - where the lines go; default standard output
 */
export function createLogger(
  options: LoggerOptions,
  destination: DestinationStream = standardOutput(),
): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: {
        app: options.app,
        ...(options.source === undefined ? {} : { source: options.source }),
        pid: process.pid,
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: escapeLine },
    },
    destination,
  );
}

/** @param line - of JSON, with its line feed */
function escapeLine(line: string): string {
  return `${escapeInvisible(line.endsWith('\n') ? line.slice(0, -1) : line)}\n`;
}
