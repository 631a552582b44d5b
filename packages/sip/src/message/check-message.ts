import type { NameAddr } from '../headers/name-addr.ts';
import { malformedHeader, quoteForPeople, type SipProblem, SipSyntaxError } from '../syntax/problem.ts';
import { checkIsMessage } from './check-given.ts';
import { checkTypedHeaders } from './check-headers.ts';
import { VIA_BIT } from './head-index.ts';
import { CALL_ID, CSEQ, FROM, nameOfId, TO, VIA } from './header-names.ts';
import type { SipRequest } from './request.ts';
import type { SipMessage } from './sip-message.ts';

const mandatory = [VIA, FROM, TO, CALL_ID, CSEQ];
/** The bits of `Head.present` that must be set. */
export const mandatoryBits: number = VIA_BIT | (1 << FROM) | (1 << TO) | (1 << CALL_ID) | (1 << CSEQ);

/**
 * Checks what every element needs to route and answer a message; see `CheckDepth`.
 *
 * @param addresses - Whether the URIs of a request in its request line, From and To are read too.
 * @returns the first problem, or `undefined`.
 */
export function checkRouting(message: SipMessage, addresses = true): SipProblem | undefined {
  if (message.head.problem !== undefined) return message.head.problem;
  if ((message.head.present & mandatoryBits) !== mandatoryBits) {
    for (const id of mandatory) if (message.find(id) === -1) return missing(nameOfId(id));
  }
  message.readRouting(message.kind === 'request' ? message.method : '');
  try {
    message.topVia;
    const { from, to } = message;
    message.callId;
    message.maxForwards;
    const { method } = message.cseq;
    if (message.kind === 'request' && method !== message.method)
      return methodMismatch(message.method, method);
    return addresses && message.kind === 'request' ? checkAddresses(message, from, to) : undefined;
  } catch (error) {
    if (error instanceof SipSyntaxError) return error.problem;
    throw error;
  }
}

/**
 * Checks every field this package has a type for, after the checks of `parseMessage`. Then no typed getter throws.
 *
 * @returns the first problem, or `undefined`.
 */
export function checkMessage(message: SipMessage): SipProblem | undefined {
  checkIsMessage(message, 'checkMessage');
  return checkRouting(message) ?? checkTypedHeaders(message);
}

function checkAddresses({ uri }: SipRequest, from: NameAddr, to: NameAddr): SipProblem | undefined {
  // A Request-URI must not carry header components (RFC 3261 §19.1.1, table of URI components by context).
  if (uri.kind === 'sip' && uri.rawHeaders !== undefined) {
    return {
      code: 'malformed-uri',
      status: 400,
      message: 'Request-URI: expected no header components after "?", found some',
    };
  }
  if (!from.hasValidUri) return malformedHeader('From', 'a valid URI', from.uriText);
  if (!to.hasValidUri) return malformedHeader('To', 'a valid URI', to.uriText);
  return undefined;
}

/** The method in CSeq is not that of the request line. */
export function methodMismatch(method: string, found: string): SipProblem {
  return {
    code: 'method-mismatch',
    header: 'CSeq',
    status: 400,
    message: `CSeq: expected the method ${quoteForPeople(method)} of the request line, found ${quoteForPeople(found)}`,
  };
}

function missing(header: string): SipProblem {
  return {
    code: 'missing-header',
    header,
    status: 400,
    message: `${header}: expected this field, found none`,
  };
}
