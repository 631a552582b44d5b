import { classes, skipSpace, TOKEN } from '../syntax/characters.ts';
import { checkText } from '../syntax/check-text.ts';
import { quote, unescapeQuoted } from '../syntax/text.ts';

/** Most parameters one challenge or authorization may have. */
export const maxAuthParameters = 32;

const token = "A-Za-z0-9.!%*_+`'~\\-";
const unescaped = '[^"\\\\\\0-\\x08\\n-\\x1f\\x7f]*';
const escaped = '\\\\[\\0-\\t\\v\\f\\x0e-\\x7f]';
/**
 * One `name=value`, with the comma behind it where another one follows: the name, the text between quotes, or the text without them. That may have characters beyond
 * the token class, because some peers leave out the quotes. No two parts that repeat can take the same character, so that what does not
 * match costs no more than its length.
 */
const parameter = new RegExp(
  `([${token}]+)[ \\t]*=[ \\t]*(?:"(${unescaped}(?:${escaped}${unescaped})*)"|([${token}/:@]+))[ \\t]*(?:,[ \\t]*(?!$)|$)`,
  'y',
);

/** What {@link readAuthParameter} has read last. */
export const authParameter: { name: string; text: string; next: number } = { name: '', text: '', next: 0 };

/**
 * Reads one parameter into {@link authParameter}: its name as written, its value without quotes, and where the next one begins: at the end of
 * `value` behind the last.
 * @param at - where its name begins
 * @returns whether it follows the grammar
 * @see RFC 3261 §25.1 (auth-param, ainfo)
 */
export function readAuthParameter(value: string, at: number): boolean {
  parameter.lastIndex = at;
  const found = parameter.exec(value);
  if (found === null) return false;
  const quoted = found[2];
  authParameter.name = found[1]!;
  authParameter.text = quoted === undefined ? found[3]! : unescapeQuoted(quoted);
  authParameter.next = parameter.lastIndex;
  return true;
}

/** The scheme of a challenge or authorization, and where its first parameter begins. */
export interface AuthScheme {
  readonly isDigest: boolean;
  readonly after: number;
}

/**
 * Reads the scheme that opens a challenge or authorization.
 * @param value - one header field value as text
 * @returns undefined where there is none with white space behind it
 * @see RFC 3261 §25.1 (challenge, credentials)
 */
export function readAuthScheme(value: string): AuthScheme | undefined {
  checkText(value);
  const end = value.length;
  const start = skipSpace(value, 0, end);
  let at = start;
  while ((classes[value.charCodeAt(at)]! & TOKEN) !== 0) at++;
  const after = skipSpace(value, at, end);
  if (at === start || after === at) return undefined;
  return { isDigest: value.slice(start, at).toLowerCase() === 'digest', after };
}

/**
 * Reads `name=value` parameters with commas between them, as they stand behind the scheme and in Authentication-Info.
 * @param from - where the first name begins
 * @returns undefined where they do not follow the grammar, one repeats, or there are more than 32
 */
export function readAuthParameters(value: string, from: number): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = skipSpace(value, from, value.length);
  do {
    if (parameters.size === maxAuthParameters || !readAuthParameter(value, at)) return undefined;
    const name = authParameter.name.toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, authParameter.text);
    at = authParameter.next;
  } while (at < value.length);
  return parameters;
}

/** Writes a quoted parameter: `name="text"`. */
export function quotedParameter(name: string, text: string): string {
  return `${name}=${quote(text)}`;
}
