import { isIP } from 'node:net';
import {
  anyText,
  longestDelayMs,
  required,
  rule,
  type Shape,
  text,
  wholeNumber,
  withMethods,
} from '@entente/options';
import { checks } from '../files/fault.ts';
import type { MemberOptions } from './member.ts';

const shape: Shape<MemberOptions> = {
  fqdn: required(text, 'give the FQDN that the topology has for the server'),
  directory: required(text, 'give the directory where the server keeps its state'),
  token: anyText,
  addresses: rule('a Map with an IP address for each host', isAddresses),
  log: required(
    withMethods('a log with debug, info, warn and error', 'debug', 'info', 'warn', 'error'),
    'give a log with debug, info, warn and error',
  ),
  pollMs: wholeNumber(1, longestDelayMs),
  clock: withMethods('a clock with now()', 'now'),
};

/**
 * Checks the options of a member before anything is created.
 *
 * @param given - what the caller passed
 * @throws MemberFault `ENTENTE_MEMBER_BAD_ARGUMENT`
 */
export function checkMemberOptions(given: unknown): void {
  checks.options(given, shape, 'joinDomain');
}

function isAddresses(value: unknown): boolean {
  if (Object.prototype.toString.call(value) !== '[object Map]') return false;
  return [...(value as Map<unknown, unknown>)].every(
    ([host, address]) => typeof host === 'string' && typeof address === 'string' && isIP(address) !== 0,
  );
}
