import { parseMediaType } from '../headers/media-type.ts';
import { SipSyntaxError } from '../syntax/problem.ts';
import { createResponse } from './create-response.ts';
import type { HeaderFields } from './header-field.ts';
import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';

/** What an element understands, to hold a request against. */
export interface Capabilities {
  /** An endpoint looks at Require and the body; a proxy at Proxy-Require and Max-Forwards. */
  readonly role: 'endpoint' | 'proxy';
  /** Methods the element handles at all; others get 501. A proxy passes every method and needs none. */
  readonly methods: readonly string[];
  /** Option tags understood. */
  readonly extensions: readonly string[];
  /** URI schemes served, in lower case. */
  readonly schemes: readonly string[];
  /** Body types an endpoint accepts, in lower case, for example `application/sdp`. */
  readonly contentTypes: readonly string[];
  /** Types of the bodies the endpoint would answer an INVITE with, held against Accept. Default: `contentTypes`. */
  readonly answerTypes?: readonly string[];
}

/**
 * Looks at a request as RFC 3261 §8.2 (endpoint) or §16.3 (proxy) asks before anything else is done with it.
 *
 * @returns the response that refuses it, or `undefined` where it may be processed. ACK is never refused.
 * @see RFC 3261 §8.2.1–8.2.3, §16.3
 */
export function inspectRequest(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (request.method === 'ACK') return undefined;
  try {
    return capabilities.role === 'proxy'
      ? inspectAsProxy(request, capabilities)
      : inspectAsEndpoint(request, capabilities);
  } catch (error) {
    if (error instanceof SipSyntaxError) return createResponse(request, error.problem.status);
    throw error;
  }
}

function inspectAsProxy(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (!capabilities.schemes.includes(request.uri.scheme)) return createResponse(request, 416);
  if (request.maxForwards === 0) return createResponse(request, 483);
  return unsupported(request, request.proxyRequires, capabilities);
}

function inspectAsEndpoint(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (!capabilities.methods.includes(request.method)) {
    return createResponse(request, 501, undefined, { headers: { Allow: capabilities.methods.join(', ') } });
  }
  if (!capabilities.schemes.includes(request.uri.scheme)) return createResponse(request, 416);
  // A CANCEL must not carry Require, and if it does, the field is ignored (RFC 3261 §8.2.2.3).
  if (request.method !== 'CANCEL') {
    const refused = unsupported(request, request.requires, capabilities);
    if (refused !== undefined) return refused;
  }
  return contentRefusal(request, capabilities);
}

function unsupported(
  request: SipRequest,
  tags: readonly string[],
  capabilities: Capabilities,
): SipResponse | undefined {
  const unknown = tags.filter((tag) => !capabilities.extensions.includes(tag.toLowerCase()));
  if (unknown.length === 0) return undefined;
  return createResponse(request, 420, undefined, { headers: { Unsupported: unknown.join(', ') } });
}

function contentRefusal(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  const accept: HeaderFields = { Accept: capabilities.contentTypes.join(', ') };
  const type = request.contentType;
  if (request.bodyLength > 0 && type !== undefined) {
    const media = parseMediaType(type);
    if (!media.ok) return createResponse(request, 400);
    const name = `${media.value.type}/${media.value.subtype}`;
    // A body that is marked optional may be ignored (RFC 3261 §8.2.3).
    const optional = /;\s*handling\s*=\s*optional\b/i.test(request.get('Content-Disposition') ?? '');
    if (!optional && !capabilities.contentTypes.includes(name)) {
      return createResponse(request, 415, undefined, { headers: accept });
    }
  }
  const encoding = request.get('Content-Encoding');
  if (request.bodyLength > 0 && encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return createResponse(request, 415, undefined, { headers: { 'Accept-Encoding': 'identity' } });
  }
  return acceptRefusal(request, capabilities);
}

/** An INVITE whose Accept names none of the types it could be answered with (RFC 3261 §21.4.7). */
function acceptRefusal(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (request.method !== 'INVITE' || !request.has('Accept')) return undefined;
  const offered = capabilities.answerTypes ?? capabilities.contentTypes;
  for (const text of request.values('Accept')) {
    const range = parseMediaType(text);
    if (!range.ok) return createResponse(request, 400);
    const { type, subtype } = range.value;
    const fits = (name: string) =>
      type === '*' || name === `${type}/${subtype}` || (subtype === '*' && name.startsWith(`${type}/`));
    if (offered.some(fits)) return undefined;
  }
  return createResponse(request, 406, undefined, {
    headers: { Warning: '399 sip "No body type of Accept can be produced"' },
  });
}
