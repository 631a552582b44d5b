import { pino } from 'pino';

/** JSON lines; a refusal carries `reason`, `peer` and `link`. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
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
 * @param options who writes
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
