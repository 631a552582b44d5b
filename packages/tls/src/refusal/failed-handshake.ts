import { type RejectionOf, reject } from '@entente/trust';
import { refusedByPeer } from './refused-by-peer.ts';

const ofOpenSsl = 'ERR_SSL_';
const ofNode = 'ERR_TLS_';

/** Why a listener gave a client no connection before there was anything to judge, and when that is. */
export type FailedHandshake =
  | { readonly when: 'peer'; readonly rejection: RejectionOf<'peer-refused'> }
  | { readonly when: 'handshake'; readonly rejection: RejectionOf<'handshake-failed'> };

/**
 * What a handshake failed of at a listener.
 *
 * @param error - of `tlsClientError`
 * @returns undefined for a client that has gone away by itself: nobody has refused it
 */
export function failedHandshake(error: Error): FailedHandshake | undefined {
  const rejection = refusedByPeer(error);
  if (rejection !== undefined) return { when: 'peer', rejection };
  const { code } = error as NodeJS.ErrnoException;
  for (const prefix of [ofOpenSsl, ofNode]) {
    if (code?.startsWith(prefix) !== true) continue;
    return { when: 'handshake', rejection: reject('handshake-failed', { error: code.slice(prefix.length) }) };
  }
  return undefined;
}
