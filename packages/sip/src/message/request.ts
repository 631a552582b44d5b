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
  readonly kind = 'request';
  /** As received; methods compare with case. */
  readonly method: string;
  /** The Request-URI as it stands in the request line. */
  readonly uriText: string;
  private cachedUri: Uri | undefined = undefined;

  /** For this package; use `parseMessage` or `createRequest`. */
  constructor(wire: string, head: Head, method: string, uriText: string) {
    super(wire, head);
    this.method = method;
    this.uriText = uriText;
  }

  /** The Request-URI. */
  get uri(): Uri {
    if (this.cachedUri === undefined) {
      const start = this.method.length + 1;
      const uri = readUri(this.wire, start, start + this.uriText.length);
      if (uri === undefined) throw new SipSyntaxError(malformedUri(this.uriText));
      this.cachedUri = uri;
    }
    return this.cachedUri;
  }
}
