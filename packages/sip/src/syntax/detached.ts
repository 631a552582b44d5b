import { Buffer } from 'node:buffer';
import { checkText } from './check-text.ts';
import { isAscii } from './text.ts';

/**
 * The same text in memory of its own. A value of a message is a slice of it, and a slice keeps the whole message in memory, body
 * included: a value that is kept longer than its message (in a table, in a store) must be detached.
 *
 * @param text - A value of a message, or anything built from such values.
 *
 * @example
 * ```ts
 * const calls = new Map<string, number>();
 * calls.set(detached(request.callId), Date.now());
 * ```
 */
export function detached(text: string): string {
  checkText(text);
  const encoding = isAscii(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}
