import type { Log } from '@entente/tls';
import { pino } from 'pino';

/** The log of a server, in JSON lines; a refusal has `reason`, `peer` and `link`. */
export interface Logger extends Log {
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
 * Makes the logger of a server: JSON lines on standard output, time in milliseconds since 1970.
 * @param options - name of the app, server and level
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino({
    level: options.level ?? 'info',
    base: {
      app: options.app,
      ...(options.source === undefined ? {} : { source: options.source }),
      pid: process.pid,
    },
  });
}
