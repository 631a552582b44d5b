/** A line as a program logged it. */
export interface TestLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** A log for tests; fits `Log` of `@entente/tls` and `Logger` of `@entente/host`. */
export interface TestLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): TestLog;
}

/**
 * Makes a log for a test.
 * @param write - called with each line; default: the lines go nowhere
 */
export function createTestLog(write: (line: TestLogLine) => void = () => {}): TestLog {
  const at = (level: TestLogLine['level']) => (fields: object, message: string) =>
    write({ level, fields, message });
  const log: TestLog = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return log;
}
