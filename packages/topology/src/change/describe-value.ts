import { list } from '@entente/options';
import { checks } from '../terms/fault.ts';

/** Texts that can stand in a sentence without quotes. */
const plain = /^[\p{L}\p{N}@:+*#/=._-]+$/u;

/** Longer than any text that a person writes: keys and certificates. The fingerprint beside a certificate says which one it is. */
const longest = 200;

/**
 * A value of the document as part of a sentence, with everything in it.
 * @param value - of any field
 * @param without - names of fields that the sentence has elsewhere
 */
export function inWords(value: unknown, without: readonly string[] = []): string {
  checks.argument(without, list, 'second argument of inWords', 'give names of fields, or leave it out');
  if (typeof value === 'string') return wordOf(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(nested).join(', ');
  return Object.entries(value)
    .filter(([field, one]) => one !== undefined && !without.includes(field))
    .map(([field, one]) => `${wordOf(field)} ${Array.isArray(one) ? `(${inWords(one)})` : nested(one)}`)
    .join(', ');
}

function nested(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? `(${inWords(value)})` : inWords(value);
}

function wordOf(text: string): string {
  const shown = cutText(text);
  return plain.test(shown) ? shown : JSON.stringify(shown);
}

/** A text that is too long for a line, without its middle. */
export function cutText(text: string): string {
  return text.length > longest ? `${text.slice(0, 60)}…${text.slice(-20)}` : text;
}
