import type { SipResponse } from '@entente/sip';

/** How `SipEndpoint.ask` waits. */
export interface AskOptions {
  /** Called with each 1xx that comes before the final response. */
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
  /** A 2xx to an INVITE after the first final response: of another device, or the same again (RFC 3261 §13.2.2.4). */
  readonly onFurtherSuccess?: ((response: SipResponse) => void) | undefined;
  /**
   * Aborting it sends a CANCEL for an INVITE once a 1xx has come (RFC 3261 §9.1); an INVITE with one that is aborted already is not sent, and
   * counts as answered with 487. Once the final response has come it does nothing. Other requests are not affected.
   */
  readonly signal?: AbortSignal | undefined;
}
