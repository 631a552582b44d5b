import { createRequest, type SipResponse } from '@entente/sip';
import { allowed } from './call-methods.ts';
import type { Line } from './line.ts';
import { type CallOptions, type CallOutcome, placeCall } from './outgoing-call.ts';
import { noTurn, type Pacing, type Turn } from './pacing.ts';
import type { SessionBody } from './session-body.ts';
import type { SessionSource } from './session-source.ts';
import type { AgentRequestParts } from './user-agent-options.ts';
import { type SessionAskOptions, taggedAddress, type UserSession } from './user-agent-session.ts';

/** What {@link NewRequests} needs. */
export interface NewRequestsParts {
  /** From of the requests. */
  readonly addressOfRecord: string;
  /** Unpredictable text without spaces, for tags and Call-IDs. */
  readonly newToken: () => string;
  readonly line: Line;
  readonly sessions: SessionSource;
  readonly pacing: Pacing;
}

/** The dialog that a request begins. */
export interface BegunDialog {
  readonly callId: string;
  readonly fromTag: string;
  readonly contact?: string;
}

/** What calls for help, and waits behind nothing (RFC 5031 §4.1). */
const emergency = /^urn:service:sos(?![\w-])/i;

/** What a user agent asks of its own accord, outside the calls that it has: not all at once, and over the connection that is up. */
export class NewRequests {
  readonly #parts: NewRequestsParts;
  #sequence = 0;

  /** @param parts - whose, and over which line */
  constructor(parts: NewRequestsParts) {
    this.#parts = parts;
  }

  /**
   * As `UserAgent.request`, for any method.
   * @param options - who hears of it
   * @param begins - where it begins a dialog
   */
  async ask(
    method: string,
    to: string,
    parts: AgentRequestParts,
    options?: SessionAskOptions,
    begins?: BegunDialog,
  ): Promise<SipResponse> {
    const { addressOfRecord, newToken } = this.#parts;
    const { as = addressOfRecord, signal, ...rest } = parts;
    const { callId, contact, fromTag } = begins ?? { fromTag: newToken(), callId: newToken() };
    const { session, turn } = await this.#begin(
      () => this.#parts.pacing.next(method, rest.body, signal),
      signal,
    );
    const build = () =>
      createRequest({
        ...rest,
        method,
        uri: to,
        from: taggedAddress(as, fromTag),
        to: `<${to}>`,
        callId,
        cseq: ++this.#sequence,
        ...(contact !== undefined && { contact }),
      });
    try {
      const { response } = await session.ask(build, { ...options, onProvisional: () => turn.heard() });
      return response;
    } finally {
      turn.over();
    }
  }

  /** As `UserAgent.call`. */
  async call(to: string, offer: SessionBody, options: CallOptions): Promise<CallOutcome> {
    const { addressOfRecord, line, newToken, pacing } = this.#parts;
    const { signal } = options;
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
    let turn: Turn = noTurn;
    const next = async () => {
      const begun = await this.#begin(
        async () => (emergency.test(to) ? pacing.urgent() : pacing.next('INVITE', offer.body, signal)),
        signal,
      );
      turn = begun.turn;
      return begun.session;
    };
    const onProvisional = (response: SipResponse) => {
      turn.heard();
      return options.onProvisional?.(response);
    };
    try {
      return await placeCall(line, build, offer, { ...options, onProvisional }, next);
    } finally {
      turn.over();
    }
  }

  /** What waits for its turn keeps no place among those that wait for a connection, which have 32 seconds from when it was lost. */
  async #begin(
    next: () => Promise<Turn>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly session: UserSession; readonly turn: Turn }> {
    const { sessions } = this.#parts;
    for (;;) {
      const session = await sessions.next(signal);
      const turn = await next();
      if (sessions.current === session) return { session, turn };
      turn.over();
    }
  }
}
