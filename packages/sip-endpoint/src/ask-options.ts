import type { SipResponse } from '@entente/sip';

/** How `SipEndpoint.ask` waits. */
export interface AskOptions {
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
  /** A 2xx to an INVITE after the first final response: of another device, or the same again (RFC 3261 §13.2.2.4). */
  readonly onFurtherSuccess?: ((response: SipResponse) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
