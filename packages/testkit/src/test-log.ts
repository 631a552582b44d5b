import { checkArgument } from './check-options.ts';
/** A line as a program logged it. */
export interface TestLogLine {
  /** The method that was called. */
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** As the program gave them. */
  readonly fields: object;
  /** The line for people. */
  readonly message: string;
}

/** A log for tests; fits `Log` of `@entente/tls` and `Logger` of `@entente/host`. */
export interface TestLog {
  /** Writes a line of this level. */
  debug(fields: object, message: string): void;
  /** Writes a line of this level. */
  info(fields: object, message: string): void;
  /** Writes a line of this level. */
  warn(fields: object, message: string): void;
  /** Writes a line of this level. */
  error(fields: object, message: string): void;
  /**
   * Makes a log whose lines go the same way, and carry further fields.
   * @param fields - added to each line; one that the line has itself counts
   */
  child(fields: object): TestLog;
}

/**
 * Makes a log for a test.
 * @param write - called with each line; default: the lines go nowhere
 */
export function createTestLog(write: (line: TestLogLine) => void = () => {}): TestLog {
  checkArgument(write, 'a function', 'write of createTestLog');
  const at = (level: TestLogLine['level']) => (fields: object, message: string) =>
    write({ level, fields, message });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (further) => createTestLog((line) => write({ ...line, fields: { ...further, ...line.fields } })),
  };
}
