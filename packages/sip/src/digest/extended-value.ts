import { Buffer, isUtf8 } from 'node:buffer';

/**
 * Decodes a value of the form `UTF-8'language'percent-encoded`.
 * @returns `undefined` for another charset, a half escape, or bytes that are not UTF-8
 * @see RFC 5987 §3.2, RFC 7616 §3.4 (`username*`)
 */
export function readExtendedValue(text: string): string | undefined {
  const [, encoded] = /^utf-8'[a-z0-9-]*'((?:%[0-9a-f]{2}|[a-z0-9!#$&+.^_`|~-])*)$/i.exec(text) ?? [];
  if (encoded === undefined) return undefined;
  const wire = encoded.replace(/%[0-9a-f]{2}/gi, (triplet) =>
    String.fromCharCode(Number.parseInt(triplet.slice(1), 16)),
  );
  const bytes = Buffer.from(wire, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
