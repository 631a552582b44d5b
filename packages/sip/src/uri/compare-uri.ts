import type { Parameters } from '../parameters/parameters.ts';
import { PASSWORD, URI_PARAMETER, USER } from '../syntax/characters.ts';
import { escapeUri, unescapeUri } from '../syntax/escape.ts';
import { checkIsUri } from './check-uri.ts';
import { canonicalHost } from './ip-address.ts';
import type { SipUri, TelUri, Uri } from './uri.ts';

/** Parameters that make two URIs differ when only one of them has it (RFC 3261 §19.1.4). */
const decisive = ['user', 'ttl', 'method', 'maddr', 'transport', 'gr'];

/**
 * Compares two URIs: scheme, user and password with case; host, parameters and header names without; parameters that
 * only one has are ignored unless decisive; header components must agree. Not transitive, as the RFC notes. Numbers of
 * `tel:` compare without visual separators, and every parameter counts.
 *
 * @returns whether they are equivalent.
 * @see RFC 3261 §19.1.4, RFC 5627 §4.4 (`gr` is decisive), RFC 3966 §4 (tel)
 */
export function uriEquals(a: Uri, b: Uri): boolean {
  checkIsUri(a, 'uriEquals');
  checkIsUri(b, 'uriEquals');
  if (a.kind === 'sip') return b.kind === 'sip' && sipEquals(a, b);
  if (a.kind === 'tel') return b.kind === 'tel' && telEquals(a, b);
  return b.kind === 'opaque' && a.scheme === b.scheme && a.rest === b.rest;
}

function sipEquals(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme || a.port !== b.port) return false;
  if (canonicalHost(a.host) !== canonicalHost(b.host)) return false;
  if (normalise(a.rawUser, USER) !== normalise(b.rawUser, USER)) return false;
  if (normalise(a.rawPassword, PASSWORD) !== normalise(b.rawPassword, PASSWORD)) return false;
  return parametersAgree(a.parameters, b.parameters) && headersAgree(a, b);
}

function telEquals(a: TelUri, b: TelUri): boolean {
  const left = comparable(a.parameters);
  const right = comparable(b.parameters);
  if (a.digits !== b.digits || left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined || telValue(name, other) !== telValue(name, value)) return false;
  }
  return true;
}

/** Digits in parameters compare without visual separators too (RFC 3966 §4). */
function telValue(name: string, value: string): string {
  const isNumber = name === 'ext' || (name === 'phone-context' && value.startsWith('+'));
  return isNumber ? value.replace(/[-.()]/g, '') : value;
}

/** Brings escapes to one spelling, so that `%61` equals `a` and `%3d` equals `%3D`. */
function normalise(raw: string | undefined, bit: number): string | undefined {
  if (raw === undefined || raw.indexOf('%') === -1) return raw;
  // Reserved characters are never equivalent to their escapes (RFC 3261 §19.1.4), so an escape is undone only where
  // it stands for an unreserved character; anything else keeps its escape in capitals.
  return raw.replace(/%[0-9a-fA-F]{2}/g, (triplet) => {
    const character = unescapeUri(triplet);
    return character.length === 1 &&
      /[A-Za-z0-9\-_.!~*'()]/.test(character) &&
      escapeUri(character, bit) === character
      ? character
      : triplet.toUpperCase();
  });
}

function parametersAgree(a: Parameters, b: Parameters): boolean {
  if (a.size === 0 && b.size === 0) return true;
  const left = comparable(a);
  const right = comparable(b);
  for (const name of decisive) if (left.has(name) !== right.has(name)) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other !== undefined && other !== value) return false;
  }
  return true;
}

/** Names and values as they compare: one spelling of escapes, without case. */
function comparable(parameters: Parameters): ReadonlyMap<string, string> {
  const form = (raw: string): string => (normalise(raw, URI_PARAMETER) ?? '').toLowerCase();
  const values = new Map<string, string>();
  for (const [name, raw] of parameters.rawEntries()) {
    const key = form(name);
    // The first of a name counts, as everywhere.
    if (!values.has(key)) values.set(key, form(raw ?? ''));
  }
  return values;
}

function headersAgree(a: SipUri, b: SipUri): boolean {
  if (a.rawHeaders === undefined && b.rawHeaders === undefined) return true;
  const left = sortedHeaders(a);
  const right = sortedHeaders(b);
  return left.length === right.length && left.every((entry, i) => entry === right[i]);
}

function sortedHeaders(uri: SipUri): string[] {
  return uri.headers.map(([name, value]) => `${name.toLowerCase()}\n${value}`).sort();
}

/**
 * The canonical form of an address of record, free of scheme, port, password, parameters and header components, so that
 * `sip:`, `sips:` and every spelling of one user give one key: `alice@contoso.example`.
 *
 * @returns the key, or `undefined` for a URI that is not a `sip:` or `sips:` URI.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is not a URI, for example a text.
 * @see RFC 3261 §10.3 step 5, RFC 5630 §5.3
 */
export function addressOfRecord(uri: Uri): string | undefined {
  if ((uri as Uri | undefined)?.kind === 'sip') return (uri as SipUri).address;
  checkIsUri(uri, 'addressOfRecord');
  return undefined;
}
