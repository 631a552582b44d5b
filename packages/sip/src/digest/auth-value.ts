import { COMMA, classes, EQUALS, QUOTE, SLASH, skipSpace, TOKEN } from '../syntax/characters.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { quote, unescapeQuoted } from '../syntax/text.ts';

/** Most parameters one challenge or authorization may have. */
const maxParameters = 32;

/** A challenge or authorization: the scheme and its parameters with quotes removed, names in lower case. */
export interface AuthValue {
  /** In lower case, for instance `digest`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads the value of WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization.
 * @param value - one header field value as text; commas in it separate parameters, not values
 * @returns undefined where it does not follow the grammar, repeats a parameter, or has more than 32 of them
 * @see RFC 3261 §20.7, §25.1
 */
export function readAuthValue(value: string): AuthValue | undefined {
  const end = value.length;
  let at = skipSpace(value, 0, end);
  const schemeStart = at;
  at = tokenEnd(value, at);
  if (at === schemeStart) return undefined;
  const scheme = value.slice(schemeStart, at).toLowerCase();
  const afterScheme = skipSpace(value, at, end);
  if (afterScheme === at) return undefined;

  const parameters = readAuthParameters(value, afterScheme);
  return parameters === undefined ? undefined : { scheme, parameters };
}

/**
 * Reads `name=value` parameters with commas between them, as they stand behind the scheme and in Authentication-Info.
 * @param from - where the first name begins
 * @returns undefined where they do not follow the grammar, one repeats, or there are more than 32
 * @see RFC 3261 §25.1 (auth-param, ainfo)
 */
export function readAuthParameters(value: string, from: number): ReadonlyMap<string, string> | undefined {
  const end = value.length;
  let at = skipSpace(value, from, end);
  const parameters = new Map<string, string>();
  for (;;) {
    const nameStart = at;
    at = tokenEnd(value, at);
    if (at === nameStart) return undefined;
    const name = value.slice(nameStart, at).toLowerCase();
    at = skipSpace(value, at, end);
    if (value.charCodeAt(at) !== EQUALS) return undefined;
    at = skipSpace(value, at + 1, end);
    const valueStart = at;
    let text: string;
    if (value.charCodeAt(at) === QUOTE) {
      at = skipQuoted(value, at, end);
      if (at === -1) return undefined;
      text = unescapeQuoted(value.slice(valueStart + 1, at - 1));
    } else {
      // `token68`-like characters beyond the token class are tolerated: some peers leave out the quotes.
      while (at < end && ((classes[value.charCodeAt(at)]! & TOKEN) !== 0 || isBare(value.charCodeAt(at))))
        at++;
      if (at === valueStart) return undefined;
      text = value.slice(valueStart, at);
    }
    if (parameters.has(name) || parameters.size >= maxParameters) return undefined;
    parameters.set(name, text);
    at = skipSpace(value, at, end);
    if (at >= end) return parameters;
    if (value.charCodeAt(at) !== COMMA) return undefined;
    at = skipSpace(value, at + 1, end);
  }
}

/** Writes a quoted parameter: `name="text"`. */
export function quotedParameter(name: string, text: string): string {
  return `${name}=${quote(text)}`;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while ((classes[text.charCodeAt(at)]! & TOKEN) !== 0) at++;
  return at;
}

function isBare(code: number): boolean {
  return code === SLASH || code === 0x3a || code === 0x40;
}
