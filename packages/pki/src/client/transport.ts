/**
 * How the client reaches the authority; the connection and its verdict stay the caller's. `fetch` with an undici
 * dispatcher, or an https agent wrapped in a function, fits. It must not follow redirects.
 */
export type Transport = (request: Request) => Promise<Response>;

/** A refusal that came from the authority. */
export interface RemoteRefusal {
  /** Stable literal that the authority sent, or `unreadable-answer` if the answer was no problem document. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
  /** HTTP status. */
  readonly status: number;
}

/** A certificate as received, with what leads to the root. */
export interface EnrolledCertificate {
  /** Leaf first, then the issuing authorities, PEM: the content of `tls.crt`. */
  readonly chainPem: string;
  /** The same as DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** What came of an enrolment or a renewal. */
export type EnrolmentOutcome =
  | { readonly ok: true; readonly certificate: EnrolledCertificate }
  | { readonly ok: false; readonly refusal: RemoteRefusal };
