import { parseSipDate } from '../headers/date.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { malformedHeader, SipSyntaxError } from '../syntax/problem.ts';
import type { SipMessage } from './sip-message.ts';

/** Fields whose values are addresses. */
const addressFields = [
  'Contact',
  'Route',
  'Record-Route',
  'Path',
  'Service-Route',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Refer-To',
  'Referred-By',
  'Reply-To',
];

/** Fields whose values are lists of tokens. */
const tokenFields = ['Require', 'Proxy-Require', 'Supported', 'Unsupported', 'Allow', 'Allow-Events'];

/** Checks the fields beyond routing depth. */
export function checkTypedHeaders(message: SipMessage): SipProblem | undefined {
  try {
    message.vias;
    message.expires;
    for (const name of addressFields) {
      if (name === 'Contact' && message.isContactWildcard) continue;
      if (!message.has(name)) continue;
      for (const address of message.addressesOf(name)) {
        if (!address.hasValidUri) return malformedHeader(name, 'a valid URI', address.uriText);
      }
    }
    for (const name of tokenFields) if (message.has(name)) message.tokens(name);
  } catch (error) {
    if (error instanceof SipSyntaxError) return error.problem;
    throw error;
  }
  const date = message.get('Date');
  if (date !== undefined && !parseSipDate(date).ok) {
    return malformedHeader('Date', 'a date in GMT as in RFC 3261 §20.17', date);
  }
  return undefined;
}
