import { type ConnectOptions, connect } from '@entente/tls';
import type { NextHop } from '../connection/next-hop.ts';
import type { UserSocket } from './user-agent-options.ts';

/**
 * Dials the server of a user: its certificate must have the name of the server as a SIP domain. The user shows none.
 * @param options - whom to trust, from `openTrust` of `@entente/tls`
 * @returns for `dial` of a user agent; it throws what `connect` of `@entente/tls` throws
 * @see RFC 5922 §7.3
 */
export function dialAsUser(
  options: Pick<ConnectOptions, 'onRefusal' | 'timeoutMs' | 'trust'>,
): (hop: NextHop) => Promise<UserSocket> {
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
