import type { LinkContext, RejectionOf } from '@entente/trust';

/**
 * The peer showed no certificate where one is required.
 * @param link - the link it came by
 */
export function noCertificate(link: LinkContext): RejectionOf<'no-certificate'> {
  return {
    reason: 'no-certificate',
    expected: link.purpose,
    message: `expected a ${link.purpose} certificate on link ${link.name}, found none`,
    remedy:
      link.purpose === 'client'
        ? 'configure certificate and key in the client that connects'
        : 'connect to a server that presents a certificate',
  };
}

/**
 * A session was resumed where every connection must present its chain anew.
 * @param link - the link it came by
 */
export function resumptionNotAllowed(link: LinkContext): RejectionOf<'resumption-not-allowed'> {
  return {
    reason: 'resumption-not-allowed',
    link: link.name,
    message: `expected a full handshake on link ${link.name}, found a resumed session, which carries no chain to judge`,
    remedy: 'make the peer do a full handshake; sessions are never resumed where certificates are judged',
  };
}

/**
 * OpenSSL refuses a chain for a cause that our verdict does not explain.
 * @param error - OpenSSL's literal, e.g. `CERT_SIGNATURE_FAILURE`
 */
export function platformRefused(error: string): RejectionOf<'platform-refused'> {
  return {
    reason: 'platform-refused',
    error,
    message: `the verdict trusts the chain, but OpenSSL refuses it with ${error}`,
    remedy:
      'compare the chain with `openssl verify`; if OpenSSL is wrong here, report both outputs with the chain',
  };
}

/**
 * The other side closed after its own verdict.
 * @param error - alert or error of the platform, where there was one
 */
export function peerRefused(error?: string): RejectionOf<'peer-refused'> {
  return {
    reason: 'peer-refused',
    ...(error === undefined ? {} : { error }),
    message:
      error === undefined
        ? 'the other side closed the connection after the handshake without sending anything: it refused us'
        : `the other side refused the handshake with ${error}`,
    remedy: "look into the other side's log: only that says why; it usually is our certificate or our name",
  };
}

/**
 * A limit of the listener is reached.
 * @param what - the limit
 * @param max - its value
 */
export function throttled(what: string, max: number): RejectionOf<'throttled'> {
  return {
    reason: 'throttled',
    message: `expected at most ${max} ${what}, found one more`,
    remedy: 'wait, or raise the limit in the options of the listener if the load is legitimate',
  };
}
