import { type SipRequest, usualName } from '@entente/sip';
import type { RequestView } from './request-policy.ts';

/** A digest lets anyone who has it guess the password offline. */
const secret = new Set(['authorization', 'proxy-authorization']);

/**
 * What policies see of a request.
 * @param request - as it arrived
 */
export function viewOf(request: SipRequest): RequestView {
  const headers: Record<string, string[]> = Object.create(null);
  for (const [written, value] of request.headers()) {
    const name = usualName(written).toLowerCase();
    if (secret.has(name)) continue;
    headers[name] ??= [];
    headers[name].push(value);
  }
  return {
    method: request.method,
    uri: request.uriText,
    from: request.get('From') ?? '',
    to: request.get('To') ?? '',
    headers,
    body: request.bodyText,
  };
}
