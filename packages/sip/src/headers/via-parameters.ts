import { isHost } from '../uri/host.ts';
import { isIpv4, isIpv6 } from '../uri/ip-address.ts';
import { isToken, readBoundedNumber } from './token-with-parameters.ts';
import type { Via } from './via.ts';

/**
 * Whether the known parameters of a Via have valid values. The parser of Via accepts any value, because a proxy must forward
 * messages whatever the Via of another element contains.
 *
 * @see RFC 3261 §20.42, §25.1 (via-params), RFC 3581 §4, RFC 5118 §4.5
 */
export function areViaParametersValid({ parameters, received }: Via): boolean {
  const valid = (name: string, fits: (raw: string) => boolean): boolean =>
    !parameters.has(name) || fits(parameters.raw(name) ?? '');
  return (
    valid('branch', isToken) &&
    valid('ttl', (raw) => raw.length <= 3 && readBoundedNumber(raw, 255) !== undefined) &&
    valid('maddr', isHost) &&
    valid('received', () => isIpv4(received ?? '') || isIpv6(received ?? '')) &&
    valid('rport', (raw) => raw === '' || (readBoundedNumber(raw, 65_535) ?? 0) > 0)
  );
}
