import type { Uri } from '@entente/sip';

/** Characters of the longest text that is read as a number; RFC 3966 sets no limit. */
const maxLength = 64;

/** A number as somebody has dialled it. */
export interface DialledNumber {
  /** Without visual separators: `+` and digits, or what a local number has, letters in capitals. */
  readonly digits: string;
  /** Where a local number counts, in lower case: a domain, or `+` and digits; absent where the URI does not say. */
  readonly context?: string | undefined;
}

/** Why a text is not a number that can be dialled. */
export type NumberProblem =
  /** Its characters, or one of its parameters. */
  | 'malformed'
  /** More digits than E.164 has (§6.1), or more characters than are read. */
  | 'too-long'
  /** No rule makes a global number of it. */
  | 'no-rule'
  /** Digits after the connection is there, or a subaddress: a gateway is told none. */
  | 'extension';

/** What {@link readNumber} finds. */
export type ReadNumber =
  | { readonly ok: true; readonly number: DialledNumber }
  | { readonly ok: false; readonly problem: NumberProblem };

/**
 * Whether a URI says that it is a telephone number: `tel:`, or `user=phone` in a SIP URI.
 * @param uri - of a request
 * @see RFC 3966 §3, RFC 3261 §19.1.1
 */
export function isTelephoneUri(uri: Uri): boolean {
  if (uri.kind === 'tel' || uri.scheme === 'tel') return true;
  return uri.kind === 'sip' && unescaped(uri.parameters.get('user') ?? '').toLowerCase() === 'phone';
}

/**
 * Reads the number of a URI. Of a SIP URI that is its user part, with the parameters of RFC 3966 in it; what the URI itself says (its
 * host, `user`) is not asked. Parameters other than `phone-context`, `ext` and `isub` are passed over: none of them chooses a carrier here.
 * @param uri - `tel:`, `sip:` or `sips:`
 * @see RFC 3966 §3 and §5.1, RFC 3261 §19.1.6
 */
export function readNumber(uri: Uri): ReadNumber {
  const text = textOf(uri);
  if (text === undefined) return refuse('malformed');
  if (text.length > maxLength * 4) return refuse('too-long');
  const [written = '', ...parameters] = text.split(';');
  const digits = withoutSeparators(written);
  if (digits === undefined) return refuse('malformed');
  if (digits.length > maxLength) return refuse('too-long');
  const isGlobal = digits.startsWith('+');
  let context: string | undefined;
  for (const parameter of parameters) {
    const [name = '', value] = splitAt(parameter, '=');
    const lower = name.toLowerCase();
    if (lower === 'ext' || lower === 'isub') return refuse('extension');
    if (lower !== 'phone-context') continue;
    // A global number counts everywhere, and nothing counts at two places (RFC 3966 §5.1.4, §5.1.5).
    if (isGlobal || context !== undefined) return refuse('malformed');
    context = contextOf(value);
    if (context === undefined) return refuse('malformed');
  }
  return { ok: true, number: context === undefined ? { digits } : { digits, context } };
}

/**
 * The number of a URI alone, without the parameters behind it: what they say is not asked.
 * @param uri - `tel:`, `sip:` or `sips:`
 * @returns without visual separators, as {@link DialledNumber} has it; undefined where it is a name, or longer than what is read
 */
export function digitsOf(uri: Uri): string | undefined {
  const text = textOf(uri);
  if (text === undefined) return undefined;
  const end = text.indexOf(';');
  const written = end < 0 ? text : text.slice(0, end);
  return written.length > maxLength ? undefined : withoutSeparators(written);
}

function textOf(uri: Uri): string | undefined {
  if (uri.kind === 'tel') return `${uri.number}${uri.parameters.toString()}`;
  return uri.kind === 'sip' ? uri.user : undefined;
}

/** Visual separators have no meaning (RFC 3966 §5.1.1). */
function withoutSeparators(text: string): string | undefined {
  let digits = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if ('-.()'.includes(character)) continue;
    const isPlus = character === '+' && digits === '';
    if (!isPlus && !'0123456789ABCDEFabcdef*#'.includes(character)) return undefined;
    digits += character;
  }
  const isGlobal = digits.startsWith('+');
  if (digits.length < (isGlobal ? 2 : 1)) return undefined;
  return !isGlobal || isDecimal(digits.slice(1)) ? digits.toUpperCase() : undefined;
}

/** `+` and digits, or a domain name; the first may have visual separators (RFC 3966 §3). */
function contextOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || value.length > 255) return undefined;
  if (value.startsWith('+')) {
    const digits = withoutSeparators(value);
    return digits;
  }
  for (const character of value.toLowerCase())
    if (!'abcdefghijklmnopqrstuvwxyz0123456789-.'.includes(character)) return undefined;
  return value.toLowerCase();
}

/** Whether every character is a decimal digit. */
export function isDecimal(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text !== '';
}

function splitAt(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** RFC 3261 §19.1.4: an escaped character is the same as the character. */
function unescaped(value: string): string {
  return value.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function refuse(problem: NumberProblem): ReadNumber {
  return { ok: false, problem };
}
