import { type RejectionOf, reject } from '@entente/trust';
import { refusedByPeer } from './refused-by-peer.ts';

const ofOpenSsl = 'ERR_SSL_';
const ofNode = 'ERR_TLS_';
/** Where OpenSSL says that a handshake itself failed. */
const handshakeLibrary = 'SSL routines';

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
  const { code, library } = error as NodeJS.ErrnoException & { readonly library?: string };
  for (const prefix of [ofOpenSsl, ofNode]) {
    if (code?.startsWith(prefix) !== true) continue;
    const rejection = failed(code.slice(prefix.length), library);
    return { when: 'handshake', rejection };
  }
  return undefined;
}

/**
 * OpenSSL ends no handshake because of a certificate that it cannot verify: the verdict says why. But where what a client shows comes in two pieces, it reports
 * between them what it found in the first one, and the platform takes that for the end.
 */
function failed(error: string, library: string | undefined): RejectionOf<'handshake-failed'> {
  const rejection = reject('handshake-failed', { error });
  if (library === undefined || library === handshakeLibrary) return rejection;
  return {
    ...rejection,
    message: `expected certificates that OpenSSL can verify, found ${error} (${library})`,
    remedy:
      'look at the certificates that the client shows: a signature or a key in one of them cannot be verified',
  };
}
