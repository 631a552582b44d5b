import { SipSyntaxError } from '../syntax/problem.ts';
import { malformedUri, readUri } from '../uri/parse-uri.ts';
import type { Uri } from '../uri/uri.ts';
import type { Head } from './head-index.ts';
import { SipMessageBase } from './message.ts';

/**
 * A SIP request.
 *
 * @see RFC 3261 §7.1
 */
export class SipRequest extends SipMessageBase {
  /** Distinguishes a request from a response. */
  declare readonly kind: 'request';
  /** As received; methods compare with case. */
  declare readonly method: string;
  /** Offset in the wire text behind the Request-URI. */
  declare private readonly uriEnd: number;
  /** The Request-URI once it has been read; `undefined` before. */
  declare private cachedUri: Uri | undefined;

  /** For this package; use `parseMessage` or `createRequest`. */
  constructor(wire: string, head: Head, method: string, uriEnd: number) {
    super(wire, head);
    this.kind = 'request';
    this.method = method;
    this.uriEnd = uriEnd;
    this.cachedUri = undefined;
  }

  /**
   * The same request with other header lines. Internal; see `edit`.
   *
   * @param wire - Its wire text.
   * @param head - The offsets in it.
   * @param uri - Its Request-URI, where that is another.
   */
  withHead(wire: string, head: Head, uri?: string): SipRequest {
    const { method } = this;
    const end = uri === undefined ? this.uriEnd : method.length + 1 + uri.length;
    return new SipRequest(wire, head, method, end);
  }

  override forgetFields(): void {
    super.forgetFields();
    this.cachedUri = undefined;
  }

  /**
   * Releases the whole text, for a request of which no more than its method is needed, such as an INVITE that was sent on and accepted.
   * It has no header field any more, and what would send it throws.
   */
  dropText(): void {
    this.forgetFields();
    this.release();
  }

  /** The Request-URI as it stands in the request line. */
  get uriText(): string {
    return this.headerWire.slice(this.method.length + 1, this.uriEnd);
  }

  /** The Request-URI. */
  get uri(): Uri {
    if (this.cachedUri === undefined) {
      const uri = readUri(this.headerWire, this.method.length + 1, this.uriEnd);
      if (uri === undefined) throw new SipSyntaxError(malformedUri(this.uriText));
      this.cachedUri = uri;
    }
    return this.cachedUri;
  }
}
