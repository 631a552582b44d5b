/**
 * Where a server writes what it does: fields for programs, a sentence for people. A logger of pino fits, and so do others whose
 * methods take an object and a text.
 */
export interface Log {
  /** Writes what helps to find a fault, such as single messages. */
  debug(fields: object, message: string): void;
  /** Writes what the server does in the course of its work. */
  info(fields: object, message: string): void;
  /** Writes what was refused or may become a fault; the server goes on. */
  warn(fields: object, message: string): void;
  /** Writes a fault that an operator has to look at. */
  error(fields: object, message: string): void;
}
