import { element } from './der-element.ts';

/** ASN.1 tags in the encoding of an OpenSSL session (SSL_SESSION_ASN1, what `openssl sess_id` reads). */
const sequenceTag = 0x30;
const peerTag = 0xa3;

/**
 * Reads the peer's certificate from an encoded session.
 *
 * `getPeerX509Certificate()` makes OpenSSL encode and decode every further certificate of the chain again, 100 µs each, before
 * the caller can read a byte. The session has the leaf alone, and costs 8 µs.
 *
 * @param session - what `getSession()` returns; it holds secrets, so the certificate is copied
 * @returns DER of the leaf; undefined where the session has none or has another form
 */
export function sessionLeaf(session: Uint8Array): Uint8Array | undefined {
  const whole = element(session, 0);
  if (whole?.tag !== sequenceTag || whole.end !== session.length) return undefined;
  let at = whole.from;
  while (at < whole.end) {
    const field = element(session, at);
    if (field === undefined) return undefined;
    if (field.tag === peerTag) {
      const certificate = element(session, field.from);
      if (certificate?.tag !== sequenceTag || certificate.end !== field.end) return undefined;
      return Buffer.from(session.subarray(field.from, field.end));
    }
    // Fields are in the order of their tags: after [3] there is no peer certificate.
    if (field.tag > peerTag) return undefined;
    at = field.end;
  }
  return undefined;
}
