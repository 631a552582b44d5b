import { parseRetryAfter } from '../headers/comment.ts';
import { parseContentDisposition } from '../headers/content-disposition.ts';
import { parseSipDate } from '../headers/date.ts';
import { parseEvent, parseSubscriptionState } from '../headers/event.ts';
import { parseMediaType } from '../headers/media-type.ts';
import type { NameAddr } from '../headers/name-addr.ts';
import { parsePrivacy } from '../headers/privacy.ts';
import { qualityOf } from '../headers/quality.ts';
import { parseRAck, parseRSeq } from '../headers/rack.ts';
import { parseReason } from '../headers/reason.ts';
import { parseReplaces } from '../headers/replaces.ts';
import { parseMinSE, parseSessionExpires } from '../headers/session-expires.ts';
import { parseTargetDialog } from '../headers/target-dialog.ts';
import { isToken, readBoundedNumber, readTokenWithParameters } from '../headers/token-with-parameters.ts';
import { areViaParametersValid } from '../headers/via-parameters.ts';
import { parseWarning } from '../headers/warning.ts';
import { malformedHeader, type Parsed, type SipProblem, SipSyntaxError } from '../syntax/problem.ts';
import { splitAtCommas } from '../syntax/quoted.ts';
import { STRIDE } from './head-index.ts';
import { headerId, nameOfId } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';

/** Checks all fields of one name; called once for each message that has the name. */
type Check = (message: SipMessage, name: string) => SipProblem | undefined;

/**
 * Checks every field that has a type, beyond the depth `routing`.
 *
 * @returns the first problem, in the order of the fields, or `undefined`.
 */
export function checkTypedHeaders(message: SipMessage): SipProblem | undefined {
  const { lines } = message.head;
  const done = new Set<number>();
  try {
    for (let i = 3; i < lines.length; i += STRIDE) {
      const id = lines[i]! & 0xff;
      const check = checkById[id];
      if (check === undefined || done.has(id)) continue;
      done.add(id);
      const problem = check(message, nameOfId(id));
      if (problem !== undefined) return problem;
    }
  } catch (error) {
    if (error instanceof SipSyntaxError) return error.problem;
    throw error;
  }
  return undefined;
}

const checkById: (Check | undefined)[] = [];

function on(names: readonly string[], check: Check): void {
  for (const name of names) checkById[headerId(name)] = check;
}

on(['Via'], (message) => {
  const odd = message.vias.find((via) => !areViaParametersValid(via));
  return odd && malformedHeader('Via', 'parameters with values that fit them', odd.toString());
});
// Those of a request have been checked before; of a response nothing else reads them.
on(['From'], ({ from }, name) => valid(from, name));
on(['To'], ({ to }, name) => valid(to, name));
on(['Expires'], (message) => void message.expires);
on(
  ['Require', 'Proxy-Require', 'Supported', 'Unsupported', 'Allow'],
  (message, name) => void message.tokens(name),
);

// Addresses. Where the grammar has name-addr alone, an address without brackets would give its parameters to the field.
on(['P-Asserted-Identity', 'P-Preferred-Identity', 'Refer-To', 'Referred-By', 'Reply-To'], addresses);
on(['Contact'], (message, name) =>
  message.isContactWildcard ? undefined : addresses(message, name, isContact),
);
on(['Route', 'Record-Route', 'Path', 'Service-Route', 'History-Info'], bracketed);
on(['Alert-Info', 'Call-Info', 'Error-Info'], bracketed);

on(['Min-Expires', 'Flow-Timer'], one(seconds));
on(['SIP-ETag', 'SIP-If-Match'], one(shape(isToken, 'one token')));
on(['Date'], one(parseSipDate));
on(['Retry-After'], one(parseRetryAfter));
on(['Content-Type'], one(parseMediaType));
on(['Content-Disposition'], one(parseContentDisposition));
on(['Event'], one(parseEvent));
on(['Subscription-State'], one(parseSubscriptionState));
on(['Replaces'], one(parseReplaces));
on(['Target-Dialog'], one(parseTargetDialog));
on(['Session-Expires'], one(parseSessionExpires));
on(['Min-SE'], one(parseMinSE));
on(['RSeq'], one(parseRSeq));
on(['RAck'], one(parseRAck));
on(['Privacy'], one(parsePrivacy));

on(['Warning'], each(parseWarning));
on(['Reason'], each(parseReason));
// Identity is checked by the element that verifies it and answers 438 (RFC 8224 §6.2.2): RFC 4474 has no parameters.
on(['Allow-Events'], each(parseEvent));
on(['Accept'], each(accepted, true));
on(['Accept-Encoding', 'Accept-Language'], each(preference, true));

function one(parse: (text: string, name: string) => Parsed<unknown>): Check {
  return (message, name) => {
    for (const text of message.all(name)) {
      const parsed = parse(text, name);
      if (!parsed.ok) return { ...parsed.error, header: name };
    }
    return undefined;
  };
}

function each(parse: (text: string, name: string) => Parsed<unknown>, mayBeEmpty = false): Check {
  return (message, name) => {
    for (const text of message.all(name)) {
      if (text === '' && mayBeEmpty) continue;
      for (const value of splitAtCommas(text)) {
        const parsed = parse(value, name);
        if (!parsed.ok) return { ...parsed.error, header: name };
      }
    }
    return undefined;
  };
}

function addresses(
  message: SipMessage,
  name: string,
  fits: (address: NameAddr) => boolean = () => true,
): SipProblem | undefined {
  for (const address of message.addressesOf(name)) {
    const problem = valid(address, name);
    if (problem !== undefined) return problem;
    if (!fits(address)) return malformedHeader(name, 'parameters that fit', address.toString());
  }
  return undefined;
}

function valid(address: NameAddr, name: string): SipProblem | undefined {
  return address.hasValidUri ? undefined : malformedHeader(name, 'a valid URI', address.uriText);
}

function bracketed(message: SipMessage, name: string): SipProblem | undefined {
  // An address without brackets holds no "<", since no URI does, and has no display name.
  const bare = message.values(name).find((value) => !value.includes('<'));
  return bare === undefined
    ? addresses(message, name)
    : malformedHeader(name, '<URI> in angle brackets', bare);
}

function isContact({ parameters }: NameAddr): boolean {
  // A malformed "expires" is accepted: it counts as 3600 (RFC 3261 §10.2).
  return qualityOf(parameters) !== undefined;
}

function seconds(text: string, name: string): Parsed<unknown> {
  return result(readBoundedNumber(text, 0xffff_ffff), name, 'seconds', text);
}

function shape(fits: (text: string) => boolean, expected: string) {
  return (text: string, name: string): Parsed<unknown> =>
    result(fits(text) ? text : undefined, name, expected, text);
}

function accepted(text: string): Parsed<unknown> {
  const range = parseMediaType(text);
  if (!range.ok) return range;
  return result(qualityOf(range.value.parameters), 'Accept', 'a q of 0 to 1', text);
}

function preference(text: string, name: string): Parsed<unknown> {
  const read = readTokenWithParameters(text);
  return result(read && qualityOf(read.parameters), name, 'a token with a q of 0 to 1', text);
}

function result(value: unknown, name: string, expected: string, text: string): Parsed<unknown> {
  return value === undefined
    ? { ok: false, error: malformedHeader(name, expected, text) }
    : { ok: true, value };
}
