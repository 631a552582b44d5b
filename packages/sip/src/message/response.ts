import { textFromWire } from '../syntax/text.ts';
import type { Head } from './head-index.ts';
import { SipMessageBase } from './message.ts';

/**
 * A SIP response.
 *
 * @see RFC 3261 §7.2
 */
export class SipResponse extends SipMessageBase {
  readonly kind = 'response';
  /** 100–699. */
  readonly status: number;
  private readonly rawReason: string;

  /** For this package; use `parseMessage` or `createResponse`. */
  constructor(wire: string, head: Head, status: number, rawReason: string) {
    super(wire, head);
    this.status = status;
    this.rawReason = rawReason;
  }

  /** The reason phrase; it may be empty. */
  get reason(): string {
    return textFromWire(this.rawReason);
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
