import { SipArgumentError } from '../syntax/problem.ts';
import { parseUri } from '../uri/parse-uri.ts';

/**
 * A text of the caller as Request-URI: it is read once, so that what no peer would accept is not written.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function requestUri(text: string): string {
  const parsed = parseUri(text);
  if (!parsed.ok) {
    throw new SipArgumentError(
      parsed.error.message,
      'Request-URI',
      'begin with the scheme, for example sip:, and escape what a URI cannot hold (RFC 3986 §2.1)',
    );
  }
  if (parsed.value.kind === 'sip' && parsed.value.rawHeaders !== undefined) {
    throw new SipArgumentError(
      `expected a URI without header components, found ${JSON.stringify(text)}`,
      'Request-URI',
      'remove what follows "?", and set it as header fields (RFC 3261 §19.1.5)',
    );
  }
  return text;
}
