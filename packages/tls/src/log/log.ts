/**
 * Where a server writes what it does: fields for programs, a sentence for people. A logger of pino fits, and so do others whose
 * methods take an object and a text.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
