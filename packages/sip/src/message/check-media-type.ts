import { parseMediaType } from '../headers/media-type.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/**
 * The media type of a body, as a caller gives it: it is read once, so that what no peer would accept is not written.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkMediaType(text: string): void {
  const parsed = parseMediaType(text);
  if (parsed.ok) return;
  throw new SipArgumentError(
    parsed.error.message,
    'contentType',
    'write it as application/sdp or text/plain;charset=utf-8, or leave it out where there is no body',
  );
}
