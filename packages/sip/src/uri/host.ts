import { DIGIT_9 } from '../syntax/characters.ts';
import { isIpv4, isIpv6 } from './ip-address.ts';

/** Octets of the longest name that DNS has, without a dot at its end. @see RFC 1035 §2.3.4 */
const longestHostName = 253;
/** The same of one of its labels: what is no longer altogether needs no look at either. */
export const longestLabel = 63;

/**
 * Whether a text is a host name: labels of letters, digits and inner hyphens, with a dot at its end or not. A last label
 * of digits alone names no domain, so that such a text must be an IPv4 address. A last label may begin with a digit, as
 * RFC 1123 §2.1 allows and machine names in containers do. What is longer than a name of DNS, or has a longer label, names
 * nothing, and is refused before anything is looked up by it.
 *
 * @see RFC 3261 §25.1 (hostname, IPv4address)
 */
export function isHostName(text: string): boolean {
  // Telephones write their address: looked at once.
  if (text.charCodeAt(0) <= DIGIT_9 && isIpv4(text)) return true;
  if (text.length > longestHostName + (text.endsWith('.') ? 1 : 0)) return false;
  const labels = text.split('.');
  if (labels.length > 1 && labels.at(-1) === '') labels.pop();
  if (!labels.every(isLabel)) return false;
  return !/^[0-9]+$/.test(labels.at(-1)!) || isIpv4(text);
}

function isLabel(text: string): boolean {
  if (text.length > longestLabel || text.startsWith('-') || text.endsWith('-')) return false;
  return /^[A-Za-z0-9-]+$/.test(text);
}

/**
 * Whether a text is a host: a name, an IPv4 address, or an IPv6 address in brackets.
 *
 * @see RFC 3261 §25.1 (host)
 */
export function isHost(text: string): boolean {
  if (text.startsWith('[')) return text.endsWith(']') && isIpv6(text.slice(1, -1));
  return isHostName(text);
}
