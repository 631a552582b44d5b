import { createRequest, type SipResponse } from '@entente/sip';
import { allowed } from './call-methods.ts';
import type { Line } from './line.ts';
import { type CallOptions, type CallOutcome, placeCall } from './outgoing-call.ts';
import type { SessionBody } from './session-body.ts';
import type { AgentRequestParts } from './user-agent-options.ts';
import { type SessionAskOptions, taggedAddress } from './user-agent-session.ts';

/** What {@link NewRequests} needs. */
export interface NewRequestsParts {
  /** From of the requests. */
  readonly addressOfRecord: string;
  /** Unpredictable text without spaces, for tags and Call-IDs. */
  readonly newToken: () => string;
  readonly line: Line;
}

/** What a user agent asks of its own accord, outside the calls that it has. */
export class NewRequests {
  readonly #parts: NewRequestsParts;
  #sequence = 0;

  /** @param parts - whose, and over which line */
  constructor(parts: NewRequestsParts) {
    this.#parts = parts;
  }

  /** As `UserAgent.request`, for any method. */
  async ask(
    method: string,
    to: string,
    parts: AgentRequestParts,
    options?: SessionAskOptions,
  ): Promise<SipResponse> {
    const { addressOfRecord, line, newToken } = this.#parts;
    const { as = addressOfRecord, ...rest } = parts;
    const fromTag = newToken();
    const callId = newToken();
    const session = await line.next();
    const build = () =>
      createRequest({
        ...rest,
        method,
        uri: to,
        from: taggedAddress(as, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
      });
    const { response } = await session.ask(build, options);
    return response;
  }

  /** As `UserAgent.call`. */
  call(to: string, offer: SessionBody, options: CallOptions): Promise<CallOutcome> {
    const { addressOfRecord, line, newToken } = this.#parts;
    const fromTag = newToken();
    const callId = newToken();
    const build = () =>
      createRequest({
        method: 'INVITE',
        uri: to,
        from: taggedAddress(addressOfRecord, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
        contact: line.contactFor(to),
        contentType: offer.contentType,
        body: offer.body,
        headers: { Allow: allowed },
        ...(options.maxForwards !== undefined && { maxForwards: options.maxForwards }),
      });
    return placeCall(line, build, offer, options);
  }
}
