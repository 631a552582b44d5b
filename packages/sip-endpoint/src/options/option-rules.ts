import { Checks, optional, type Rule, required, rule } from '@entente/options';
import { parseEvent, parseUri, SipArgumentError } from '@entente/sip';

/** A rule for each option that there is. */
export type Rules = Readonly<Record<string, Rule>>;

/** Refuses options and arguments with `SIP_INVALID_ARGUMENT`. */
export const checks = new Checks({
  fault: ({ place, remedy, sentence }) => new SipArgumentError(sentence, place, remedy),
});

/**
 * Checks one argument. It may be left out where the rule does not say what to do then.
 *
 * @param value - what the caller passed
 * @param one - what it may be
 * @param name - of the argument
 * @param of - whose argument it is
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkArgument(value: unknown, one: Rule, name: string, of: string): void {
  checks.argument(value, one.missing === undefined ? optional(one) : one, `${name} of ${of}`, one.missing);
}

/** The link that a connection is on; a row of the allow matrix says more than has to be known here. */
export const givenLink = required(
  rule('an object with row and name', (value) => 'row' in (value as object) && 'name' in (value as object)),
  'give the link of the allow matrix, with its row and its name',
);

/** A number that is no less than nothing. */
export function amount(missing?: string): Rule<number> {
  const one = rule<number>('a number from 0', (value) => typeof value === 'number' && value >= 0);
  return missing === undefined ? one : required(one, missing);
}

/** A name or an address, as it stands in Via (RFC 3261 §25.1). */
export function host(): Rule<string> {
  return rule(
    'the name of a host, or its address, in ASCII',
    (value) =>
      typeof value === 'string' &&
      /^(?:[a-z\d.-]+|\[[\da-f:.]+\])$/i.test(value) &&
      parseUri(`sip:${value}`).ok,
  );
}

/** A URN, as it stands between quotes and angle brackets (RFC 8141 §2, RFC 5626 §4.1). */
export function urn(): Rule<string> {
  return rule(
    'a URN such as urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    (value) =>
      typeof value === 'string' &&
      /^urn:[a-z\d][a-z\d-]{0,30}[a-z\d]:[\w()+,.:=@;$!*'%/?#&~-]+$/i.test(value),
  );
}

/** A URI of any scheme, as a request is sent to: a number is `tel:`, an emergency `urn:service:sos`. */
export function uri(missing?: string): Rule<string> {
  const one = rule<string>(
    'a URI such as sip:bob@contoso.example',
    (value) => typeof value === 'string' && parseUri(value).ok,
  );
  return missing === undefined ? one : required(one, missing);
}

/** An event package, without parameters (RFC 6665 §8.4). */
export function eventPackage(missing: string): Rule<string> {
  return required(
    rule(
      'an event package, without parameters',
      (value) => typeof value === 'string' && /^[\w.!%*+`'~-]+$/.test(value) && parseEvent(value).ok,
    ),
    missing,
  );
}
