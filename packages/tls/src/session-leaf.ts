/** ASN.1 tags in the encoding of an OpenSSL session (SSL_SESSION_ASN1, what `openssl sess_id` reads). */
const sequenceTag = 0x30;
const peerTag = 0xa3;

/**
 * Cuts the peer's certificate out of an encoded session.
 *
 * `getPeerX509Certificate()` makes OpenSSL encode and decode every further certificate of the chain anew, 100 µs each, before a
 * byte can be looked at. The session holds the leaf alone, and costs 8 µs.
 *
 * @param session - what `getSession()` gives; it holds secrets, so the certificate is copied out
 * @returns DER of the leaf; undefined where the session has none or is not what we know
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
      return new Uint8Array(session.subarray(field.from, field.end));
    }
    // Fields are in the order of their tags: beyond [3] there is no peer.
    if (field.tag > peerTag) return undefined;
    at = field.end;
  }
  return undefined;
}

interface Element {
  readonly tag: number;
  /** Where the contents begin and end. */
  readonly from: number;
  readonly end: number;
}

function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let from = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    // Four octets are more than any session; a plain number holds them.
    if (octets === 0 || octets > 4) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[from + i] ?? 0);
    from += octets;
  }
  const end = from + length;
  return end > bytes.length ? undefined : { tag, from, end };
}
