import { callback, type Rule, required, rule, wholeNumber } from '@entente/options';
import { type ConnectOptions, connect } from '@entente/tls';
import type { NextHop } from '../connection/next-hop.ts';
import { checks, type Rules } from '../options/option-rules.ts';
import type { UserSocket } from './user-agent-options.ts';

const trust: Rule = required(
  rule(
    'a trust, as openTrust and createTrust return it',
    (value) => typeof value === 'object' && value !== null && 'judge' in value && 'onChange' in value,
  ),
  'write dialAsUser({ trust }), with what openTrust of @entente/tls returns',
);
const rules = {
  trust,
  timeoutMs: wholeNumber(1, 600_000),
  onRefusal: callback,
} satisfies Rules;

/**
 * Dials the server of a user: its certificate must have the name of the server as a SIP domain. The user shows none.
 * @param options - whom to trust, from `openTrust` of `@entente/tls`
 * @throws SipArgumentError at once where one of them is missing, misspelt or of another kind
 * @returns for `dial` of a user agent; it throws what `connect` of `@entente/tls` throws
 * @see RFC 5922 §7.3
 */
export function dialAsUser(
  options: Pick<ConnectOptions, 'onRefusal' | 'timeoutMs' | 'trust'>,
): (hop: NextHop) => Promise<UserSocket> {
  checks.options(options, rules, 'dialAsUser');
  return async ({ address, name, port }) => ({
    socket: await connect({
      ...options,
      host: address,
      port,
      expect: { mode: 'sip-domain', domain: name },
      allow: [name],
    }),
  });
}
