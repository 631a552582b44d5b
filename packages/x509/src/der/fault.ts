import type { DecodeErrorCode } from './decoded.ts';

/**
 * How a reader leaves a structure that it refuses. It never crosses the border of the package: `decodeDer` turns it
 * into a value. Deliberately not an Error, because collecting a stack would cost more than all the reading.
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
