import type { LogRecord } from '@entente/testkit';

/** Of pino: error, and fatal above it. */
const errorLevel = 50;

/** Whether a server says in its log that something went wrong in itself, rather than in what it received. */
export function saysFault({ event, level }: LogRecord): boolean {
  return event === 'fault' || (typeof level === 'number' && level >= errorLevel);
}
