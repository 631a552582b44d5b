/**
 * Sends a request to the authority; the caller provides the connection and its verdict. `fetch` with an undici dispatcher, or an
 * https agent wrapped in a function, fits. It must not follow redirects.
 */
export type Transport = (request: Request) => Promise<Response>;

/** A refusal of the authority. */
export interface RemoteRefusal {
  /**
   * Stable literal of the authority; `refused` where it tells none to a caller without certificate; `unreadable-answer` if the answer was
   * not a problem document.
   */
  readonly reason: string;
  /** What the authority says; where the answer cannot be read, what was expected and found. */
  readonly message: string;
  /** What to do now. */
  readonly remedy: string;
  /** HTTP status. */
  readonly status: number;
}

/** A received certificate, with its chain. */
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

/** The outcome of an enrolment or a renewal. */
export type EnrolmentOutcome =
  | { readonly ok: true; readonly certificate: EnrolledCertificate }
  | { readonly ok: false; readonly refusal: RemoteRefusal };
