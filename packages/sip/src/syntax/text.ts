import { Buffer, isUtf8 } from 'node:buffer';
import { checkText } from './check-text.ts';
import { SipArgumentError } from './problem.ts';

/**
 * Messages are kept as "wire text": a string with one character per byte (Latin-1), so that bytes survive unchanged and
 * cutting is `indexOf` and `slice`. Text for people is real UTF-16. This file converts between the two.
 */

/**
 * Bytes to wire text.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where they are none, which no type checker keeps from a program in JavaScript.
 */
export function wireFromBytes(bytes: Uint8Array, start?: number, end?: number): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : viewOf(bytes);
  return buffer.toString('latin1', start, end);
}

function viewOf(bytes: Uint8Array): Buffer {
  checkBytes(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Looks at bytes that a caller gives.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkBytes(bytes: unknown): void {
  if (ArrayBuffer.isView(bytes)) return;
  throw new SipArgumentError(
    `expected bytes, found ${bytes === null ? 'null' : typeof bytes}`,
    'bytes of a message',
    'pass a Uint8Array, for example Buffer.from(text)',
  );
}

/** Wire text to bytes. */
export function bytesFromWire(wire: string): Uint8Array {
  return Buffer.from(wire, 'latin1');
}

/** Text to bytes: UTF-8. */
export function bytesFromText(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

/** Says whether wire text holds ASCII only: then it is its own text. */
export function isAscii(wire: string): boolean {
  if (wire.length <= 32) {
    for (let i = 0; i < wire.length; i++) if (wire.charCodeAt(i) > 0x7f) return false;
    return true;
  }
  // In UTF-8 every character from 128 to 255 takes two bytes, so the lengths differ exactly where there is one.
  return Buffer.byteLength(wire, 'utf8') === wire.length;
}

/** Wire text to text: UTF-8 is decoded; bytes that are not UTF-8 stay one character each. */
export function textFromWire(wire: string): string {
  if (isAscii(wire)) return wire;
  const bytes = Buffer.from(wire, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : wire;
}

/**
 * Text to wire text: what is not ASCII becomes its UTF-8 bytes.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is not a text
 */
export function wireFromText(text: string): string {
  checkText(text);
  if (Buffer.byteLength(text, 'utf8') === text.length) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Replaces each line fold (CRLF and the white space after it, RFC 3261 §7.3.1) by one space. */
export function unfold(text: string): string {
  let out = '';
  let from = 0;
  let at = text.indexOf('\r\n');
  while (at !== -1) {
    let cut = at;
    while (cut > from && (text.charCodeAt(cut - 1) === 0x20 || text.charCodeAt(cut - 1) === 0x09)) cut--;
    let next = at + 2;
    while (text.charCodeAt(next) === 0x20 || text.charCodeAt(next) === 0x09) next++;
    out += `${text.slice(from, cut)} `;
    from = next;
    at = text.indexOf('\r\n', next);
  }
  return out + text.slice(from);
}

/** Undoes quoted-pair inside the body of a quoted-string (RFC 3261 §25.1). */
export function unescapeQuoted(text: string): string {
  let at = text.indexOf('\\');
  if (at === -1) return text;
  const parts: string[] = [];
  let from = 0;
  while (at !== -1) {
    if (at > from) parts.push(text.slice(from, at));
    from = at + 1;
    at = text.indexOf('\\', at + 2);
    // Neighbouring pairs could make this slow: take a run of them at once.
    while (at === from + 1) {
      parts.push(text.charAt(from));
      from = at + 1;
      at = text.indexOf('\\', at + 2);
    }
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** Writes text as a quoted-string. */
export function quote(text: string): string {
  let out = '"';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 || code === 0x5c || (code < 0x20 && code !== 0x09) || code === 0x7f) {
      out += `${text.slice(from, i)}\\`;
      from = i;
    }
  }
  return `${out}${text.slice(from)}"`;
}
