import { octetsOf } from '../der/given.ts';

/**
 * Reads an IP address as people write it.
 *
 * @param text - dotted decimal, or IPv6 with or without brackets
 * @returns 4 or 16 octets, or undefined
 * @see RFC 5280 §4.2.1.6
 */
export function ipAddress(text: string): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > 47) return undefined;
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return bare.includes(':') ? ipv6(bare) : ipv4(bare);
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const octets = new Uint8Array(4);
  for (let index = 0; index < 4; index++) {
    const part = parts[index]!;
    const value = Number(part);
    if (part === '' || part !== String(value) || !Number.isInteger(value) || value < 0 || value > 255)
      return undefined;
    octets[index] = value;
  }
  return octets;
}

function ipv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0]!);
  const tail = halves.length === 2 ? groups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail];
  const octets = new Uint8Array(16);
  all.forEach((group, index) => {
    octets[index * 2] = group >> 8;
    octets[index * 2 + 1] = group & 0xff;
  });
  return octets;
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const result: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const v4 = ipv4(part);
      if (v4 === undefined) return undefined;
      result.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!);
      continue;
    }
    if (part.length === 0 || part.length > 4 || !isHex(part)) return undefined;
    result.push(Number.parseInt(part, 16));
  }
  return result;
}

function isHex(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const digit = code >= 0x30 && code <= 0x39;
    const letter = (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
    if (!digit && !letter) return false;
  }
  return true;
}

/**
 * Writes an iPAddress of a certificate as text: of the spellings of an address always the same one.
 * @param octets - 4 or 16
 */
export function ipText(octets: Uint8Array): string {
  if (octetsOf(octets, 'iPAddress').length === 4) return octets.join('.');
  if (octets.length !== 16) return `${octets.length} octets`;
  const parts: string[] = [];
  for (let index = 0; index < 16; index += 2)
    parts.push(((octets[index]! << 8) | octets[index + 1]!).toString(16));
  return parts.join(':');
}
