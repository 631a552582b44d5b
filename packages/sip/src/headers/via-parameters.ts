import { isHost } from '../uri/host.ts';
import { isIpv4, isIpv6 } from '../uri/ip-address.ts';
import { isToken, readBoundedNumber } from './token-with-parameters.ts';
import type { Via } from './via.ts';

/**
 * Whether the parameters of a Via that have a meaning also have a value that fits it. The reader of Via takes any value,
 * because a proxy must not stumble over a Via of somebody else's.
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
