import { parseContentDisposition } from '../headers/content-disposition.ts';
import { type MediaType, parseMediaType } from '../headers/media-type.ts';
import { qualityOf } from '../headers/quality.ts';
import { checkObject } from '../syntax/check-object.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError, SipSyntaxError } from '../syntax/problem.ts';
import { checkIsRequest } from './check-given.ts';
import { createResponse } from './create-response.ts';
import type { HeaderFields } from './header-field.ts';
import { statelessTag } from './rejection.ts';
import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';

/** What an element supports, to check a request against. */
export interface Capabilities {
  /** An endpoint checks Require and the body; a proxy Proxy-Require and Max-Forwards. */
  readonly role: 'endpoint' | 'proxy';
  /** Methods the element handles at all; others get 501. A proxy passes every method and needs none. */
  readonly methods: readonly string[];
  /** Option tags understood. */
  readonly extensions: readonly string[];
  /** URI schemes served, in lower case. */
  readonly schemes: readonly string[];
  /** Body types an endpoint accepts, in lower case, for example `application/sdp`. */
  readonly contentTypes: readonly string[];
  /** Types of the bodies with which the endpoint would answer an INVITE, compared with Accept. Default: `contentTypes`. */
  readonly answerTypes?: readonly string[];
}

/**
 * Inspects a request as RFC 3261 §8.2 (endpoint) or §16.3 (proxy) requires before it is processed.
 *
 * @returns the response that refuses it, or `undefined` where it may be processed. ACK is never refused.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the role is none of the two, or a list is missing
 * @see RFC 3261 §8.2.1–8.2.3, §16.3
 */
export function inspectRequest(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  checkIsRequest(request, 'inspectRequest');
  checkObject(capabilities, 'capabilities of inspectRequest', 'give what this side can do, with its role');
  checkRole(capabilities);
  if (request.method === 'ACK') return undefined;
  try {
    return capabilities.role === 'proxy'
      ? inspectAsProxy(request, capabilities)
      : inspectAsEndpoint(request, capabilities);
  } catch (error) {
    if (error instanceof SipSyntaxError) return refuse(request, error.problem.status);
    throw error;
  }
}

/** A role that there is not would pass what it should not, or refuse what it should take. */
function checkRole({ contentTypes, extensions, methods, role, schemes }: Capabilities): void {
  if (role !== 'endpoint' && role !== 'proxy')
    throw new SipArgumentError(
      `expected endpoint or proxy, found ${kindOf(role)}`,
      'role of inspectRequest',
      'give endpoint for what answers requests, proxy for what passes them on',
    );
  for (const [name, list] of Object.entries({ methods, extensions, schemes, contentTypes }))
    if (!Array.isArray(list))
      throw new SipArgumentError(
        `expected a list of texts, found ${kindOf(list)}`,
        `${name} of inspectRequest`,
        'give a list, which may be empty',
      );
}

function inspectAsProxy(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (!capabilities.schemes.includes(request.uri.scheme)) return refuse(request, 416);
  if (request.maxForwards === 0) return refuse(request, 483);
  return unsupported(request, request.proxyRequires, capabilities);
}

function inspectAsEndpoint(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (!capabilities.methods.includes(request.method)) {
    return refuse(request, 501, { Allow: capabilities.methods.join(', ') });
  }
  if (!capabilities.schemes.includes(request.uri.scheme)) return refuse(request, 416);
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
  return refuse(request, 420, { Unsupported: unknown.join(', ') });
}

function contentRefusal(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  const accept: HeaderFields = { Accept: capabilities.contentTypes.join(', ') };
  const type = request.contentType;
  if (request.bodyLength > 0 && type !== undefined) {
    const media = parseMediaType(type);
    if (!media.ok) return refuse(request, 400);
    const name = `${media.value.type}/${media.value.subtype}`;
    // A body that is marked optional may be ignored (RFC 3261 §8.2.3).
    const disposition = parseContentDisposition(request.get('Content-Disposition') ?? 'render');
    if (!disposition.ok) return refuse(request, 400);
    if (!disposition.value.isOptional && !capabilities.contentTypes.includes(name)) {
      return refuse(request, 415, accept);
    }
  }
  const encoding = request.get('Content-Encoding');
  if (request.bodyLength > 0 && encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse(request, 415, { 'Accept-Encoding': 'identity' });
  }
  return acceptRefusal(request, capabilities);
}

/** An INVITE whose Accept names none of the types it could be answered with (RFC 3261 §21.4.7). */
function acceptRefusal(request: SipRequest, capabilities: Capabilities): SipResponse | undefined {
  if (request.method !== 'INVITE' || !request.has('Accept')) return undefined;
  const offered = capabilities.answerTypes ?? capabilities.contentTypes;
  const ranges: MediaType[] = [];
  for (const text of request.values('Accept')) {
    const range = parseMediaType(text);
    if (!range.ok || qualityOf(range.value.parameters) === undefined) return refuse(request, 400);
    ranges.push(range.value);
  }
  if (offered.some((name) => isAcceptable(name, ranges))) return undefined;
  return refuse(request, 406, { Warning: '399 sip "No body type of Accept can be produced"' });
}

/** The range that names a type most closely decides about it, and q=0 refuses (RFC 3261 §20.1). */
function isAcceptable(name: string, ranges: readonly MediaType[]): boolean {
  const [main = ''] = name.split('/', 1);
  const closeness = ({ type, subtype }: MediaType): number => {
    if (`${type}/${subtype}` === name) return 3;
    if (subtype !== '*') return 0;
    return type === main ? 2 : type === '*' ? 1 : 0;
  };
  const closest = Math.max(0, ...ranges.map(closeness));
  return (
    closest > 0 && ranges.some((range) => closeness(range) === closest && qualityOf(range.parameters) !== 0)
  );
}

/** A refusal with the tag that every response but 100 carries in To; the same request gets the same (RFC 3261 §8.2.7). */
function refuse(request: SipRequest, status: number, headers: HeaderFields = {}): SipResponse {
  return createResponse(request, status, undefined, {
    toTag: statelessTag(request.headerWire, request.head.lines),
    headers,
  });
}
