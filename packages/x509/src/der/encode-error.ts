/**
 * A value that has no canonical encoding was handed to a writer: the caller's mistake, so it is thrown.
 * The message says what was expected, what was found and, where it is not obvious, what to do.
 */
export class EncodeError extends Error {
  readonly code = 'ENTENTE_X509_ENCODE';

  constructor(message: string) {
    super(message);
    this.name = 'EncodeError';
  }
}
