import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';

/** Either kind of message; distinguish them by `kind`. */
export type SipMessage = SipRequest | SipResponse;
