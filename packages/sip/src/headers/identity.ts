import type { Parameters } from '../parameters/parameters.ts';
import { readParameters, stopped } from '../parameters/read-parameters.ts';
import { trimSpace } from '../syntax/characters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { parseUri } from '../uri/parse-uri.ts';

/**
 * A signed assertion of who sent a request. This package parses it; the caller must verify it.
 *
 * @see RFC 8224 §4
 */
export interface Identity {
  /** The PASSporT, full or compact: base64url parts and dots. */
  readonly passport: string;
  /** Where the certificate is: an absolute URI. */
  readonly info: string;
  /** The `alg` parameter as received; without it ES256 is meant. */
  readonly algorithm: string | undefined;
  /** The `ppt` parameter, a PASSporT extension, for example `shaken`. */
  readonly extension: string | undefined;
  /** What follows `info`. */
  readonly parameters: Parameters;
}

/**
 * Parses one Identity value; a message may have several (`message.values('Identity')`). The form of RFC 4474, which has
 * no parameters, is refused.
 *
 * @returns the value, or a problem with code `malformed-header`; a verifier answers 438 then (§6.2.2).
 * @see RFC 8224 §4
 */
export function parseIdentity(text: string): Parsed<Identity> {
  const wire = wireFromText(trimSpace(text));
  // base64url beside the base64 of the grammar: PASSporT is made of JWS parts (RFC 8225 §7).
  const shape = /^([A-Za-z0-9/+_.-]+)[ \t]*;[ \t]*info[ \t]*=[ \t]*<([^<>]+)>(.*)$/i.exec(wire);
  const [, passport = '', info = '', rest = ''] = shape ?? [];
  const parameters = shape === null ? undefined : readParameters(rest, 0, rest.length);
  const whole = parameters !== undefined && stopped.at === rest.length && !parameters.has('info');
  if (!whole || !parseUri(info).ok) {
    return { ok: false, error: malformedHeader('Identity', 'passport;info=<uri>;alg=token', text) };
  }
  const extension = parameters.get('ppt');
  return { ok: true, value: { passport, info, algorithm: parameters.get('alg'), extension, parameters } };
}
