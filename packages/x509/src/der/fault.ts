import type { DecodeErrorCode } from './decoded.ts';

/**
 * Thrown by a reader that refuses its input. It never leaves this package: `decodeDer` turns it into a value. Not an Error,
 * because collecting a stack would cost more than decoding.
 */
export class DerFault {
  readonly code: DecodeErrorCode;
  readonly message: string;
  readonly offset: number;
  readonly where: string;

  constructor(code: DecodeErrorCode, message: string, offset: number, where: string) {
    this.code = code;
    this.message = message;
    this.offset = offset;
    this.where = where;
  }
}
