import { DIGIT_0 } from '../syntax/characters.ts';
import { checkText } from '../syntax/check-text.ts';

const DOT = 0x2e;

/**
 * Text forms of IP addresses, for comparing hosts: `[2001:DB8::1]` and `[2001:db8:0:0:0:0:0:1]` are one host
 * (RFC 5118 §4.1, RFC 3986 §3.2.2). Pure text; nothing is resolved.
 */

/** Says whether a text is a dotted IPv4 address. */
export function isIpv4(text: string): boolean {
  if (text.length > 15) return false;
  let dots = 0;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return false;
      digits = 0;
      value = 0;
    } else {
      const digit = code - DIGIT_0;
      if (digit < 0 || digit > 9 || ++digits > 3) return false;
      value = value * 10 + digit;
      if (value > 255) return false;
    }
  }
  return dots === 3 && digits > 0;
}

/** Says whether a text, without brackets, is an IPv6 address. */
export function isIpv6(text: string): boolean {
  return readIpv6(text) !== undefined;
}

/**
 * The form under which equal hosts compare equal: lower case, without brackets, IPv6 as eight full groups. A name with a dot at its end is
 * another one than without: SIP knows no such equivalence, and who may be served would depend on who has thought of it.
 *
 * @param host - A host name, IPv4 address or IPv6 reference.
 * @see RFC 3261 §19.1.4, RFC 5118 §4.1
 */
export function canonicalHost(host: string): string {
  checkText(host);
  const bare = host.charCodeAt(0) === 0x5b && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare.indexOf(':') === -1) {
    return bare.toLowerCase();
  }
  const groups = readIpv6(bare);
  return groups === undefined ? bare.toLowerCase() : groups.map((group) => group.toString(16)).join(':');
}

function readIpv4(text: string): number[] | undefined {
  return isIpv4(text) ? text.split('.').map(Number) : undefined;
}

/** Eight groups of an IPv6 address, or `undefined`. */
export function readIpv6(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 46) return undefined;
  // The RFC 3261 grammar allows a third colon before an IPv4 tail, and receivers must tolerate it (RFC 5118 §4.10).
  const extra = text.indexOf(':::');
  const repaired = extra !== -1 && isIpv4(text.slice(extra + 3)) ? text.replace(':::', '::') : text;
  const halves = repaired.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const given = head.length + tail.length;
  if (halves.length === 1) return given === 8 ? head : undefined;
  if (given > 7) return undefined;
  return [...head, ...new Array<number>(8 - given).fill(0), ...tail];
}

function readGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const out: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (last && i === parts.length - 1 && part.indexOf('.') !== -1) {
      const four = readIpv4(part);
      if (four === undefined) return undefined;
      out.push(four[0]! * 256 + four[1]!, four[2]! * 256 + four[3]!);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      out.push(Number.parseInt(part, 16));
    }
  }
  return out;
}
