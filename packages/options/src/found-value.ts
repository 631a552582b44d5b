/** Longest text of a caller that a fault repeats. */
const longestText = 60;

/**
 * Says in a few words what a caller gave, for `found …` in a fault. Repeats no long text and no PEM: it may be a private key.
 *
 * @param value - anything
 * @param mayBeSecret - whether to repeat no text at all
 */
export function foundValue(value: unknown, mayBeSecret = false): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return foundText(value, mayBeSecret);
  if (typeof value === 'function') return 'a function';
  if (isThenable(value)) return 'a promise';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object of another kind';
  return String(value);
}

function foundText(text: string, mayBeSecret: boolean): string {
  if (text === '') return 'an empty text';
  if (mayBeSecret) return 'a text';
  if (text.length > longestText || text.includes('-----')) return `a text of ${text.length} characters`;
  return `"${printable(text)}"`;
}

/**
 * Whether a value is a promise, also one of another realm or of a library.
 *
 * @param value - anything
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Readonly<Record<string, unknown>>).then === 'function'
  );
}

/**
 * Writes the name of an option as a caller has written it.
 *
 * @param key - own key of the options
 */
export function foundKey(key: string | symbol): string {
  return printable(String(key).slice(0, longestText));
}

/** Options may come from a file that somebody else wrote: control characters do not reach a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?');
}
