import { checks } from '../options/checks.ts';

const place = checks.optionsOf('addressGroup').within('first argument');
const groups = 8;

/** The first 96 bits of what stands for an IPv4 address: mapped (RFC 4291 §2.5.5.2), or written by a translator (RFC 6052 §2.1). */
const prefixesOfIpv4 = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
] as const;

/**
 * Names the group of addresses whose connections count together: one IPv4 address, also where it is mapped into IPv6 (RFC 4291
 * §2.5.5.2) or comes through a translator with the well-known prefix (RFC 6052 §2.1), or the first 64 bits of an IPv6 address. A
 * single machine has a whole /64 (RFC 6177 §2), so a bound on one address of it would bound nothing.
 *
 * @param address - as `socket.remoteAddress` gives it; undefined for a socket that has closed
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function addressGroup(address: string | undefined): string {
  if (address === undefined) return '';
  if (typeof address !== 'string') throw place.unlike('the text of an address', address);
  if (!address.includes(':')) return address;
  const bits = parse(address);
  if (bits === undefined) return address;
  const [high = 0, low = 0] = bits.slice(6);
  if (prefixesOfIpv4.some((prefix) => prefix.every((group, at) => group === bits[at]))) {
    return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  }
  return `${bits
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The platform has written the address, so its form is not checked. */
function parse(address: string): readonly number[] | undefined {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const missing = groups - front.length - back.length;
  const bits = [...front, ...new Array<number>(Math.max(missing, 0)).fill(0), ...back];
  return bits.length === groups && bits.every((group) => group >= 0 && group <= 0xffff) ? bits : undefined;
}

function groupsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
