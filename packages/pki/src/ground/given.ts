import { PkiFault } from './fault.ts';

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
export const isFunction = (value: unknown): boolean => typeof value === 'function';
/** Of whatever realm. */
export const isOctets = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1;

/** A member of what may be anything. */
export const member = (value: unknown, name: string): unknown =>
  (Object(value) as Record<string, unknown>)[name];

/** The fault of an argument that is not what the types say. It repeats no text: that may be a secret. */
export function unlike(value: unknown, wanted: string, place: string): PkiFault {
  return badArgument(
    `${wanted}, found ${foundValue(value)}`,
    place,
    value instanceof Promise ? 'await it: what it resolves to is wanted' : `give ${wanted}`,
  );
}

/** @param sentence - what follows `expected` */
export function badArgument(sentence: string, place: string, remedy: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', { sentence: `expected ${sentence}`, place, remedy });
}

function foundValue(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  const isShort = value === undefined || value === null || typeof value === 'number';
  return isShort ? String(value) : `a value of the type ${typeof value}`;
}
