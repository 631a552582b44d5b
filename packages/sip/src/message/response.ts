import { textFromWire } from '../syntax/text.ts';
import type { Head } from './head-index.ts';
import { SipMessageBase } from './message.ts';

/**
 * A SIP response.
 *
 * @see RFC 3261 §7.2
 */
export class SipResponse extends SipMessageBase {
  /** Distinguishes a response from a request. */
  declare readonly kind: 'response';
  /** 100–699. */
  declare readonly status: number;
  /** Offset in the wire text where the reason phrase begins. */
  declare private readonly reasonStart: number;

  /** For this package; use `parseMessage` or `createResponse`. */
  constructor(wire: string, head: Head, status: number, reasonStart: number) {
    super(wire, head);
    this.kind = 'response';
    this.status = status;
    this.reasonStart = reasonStart;
  }

  /**
   * The same response with other header lines. Internal; see `edit`.
   *
   * @param wire - Its wire text.
   * @param head - The offsets in it.
   */
  withHead(wire: string, head: Head): SipResponse {
    return new SipResponse(wire, head, this.status, this.reasonStart);
  }

  /** The reason phrase; it may be empty. */
  get reason(): string {
    return textFromWire(this.headerWire.slice(this.reasonStart, this.head.startLineEnd));
  }

  /** Whether the status is below 200. */
  get isProvisional(): boolean {
    return this.status < 200;
  }

  /** Whether the status is 200–299. */
  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }
}
