import type { Logger } from '@entente/host';
import type { Member } from '@entente/member';
import type { RequestParts, SipRequest } from '@entente/sip';
import type { Answer, ChosenAnswer, IncomingCall, ReceivedMessage } from '@entente/sip-endpoint';
import type { ServeLimits } from '@entente/tls';
import type { RequestSender } from './request-sender.ts';

/** A MESSAGE to an address of this application (RFC 3428). */
export interface ApplicationMessage extends ReceivedMessage {
  /** Who sends it. Reply to this address, not to `from`, which nobody may vouch for. */
  readonly sender: RequestSender;
  /** The address of this application that it is for, e.g. `sip:lobby@chat.contoso.example`. */
  readonly to: string;
}

/** What an application does with what comes. An answer may be a refusal made with `refuse`; what is thrown counts as 500. */
export interface ApplicationHandlers {
  /** Chooses the answer to a MESSAGE, now or later; 200 where nothing is chosen, 405 without this handler. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that only listens returns nothing.
  onMessage?(message: ApplicationMessage): ChosenAnswer | void | Promise<Answer | undefined | void>;
  /** A call for an address of this application: accept or reject it. Without this handler calls are answered 405. */
  onCall?(call: IncomingCall, sender: RequestSender): void;
  /** Chooses the answer to any other request that begins no dialog; 405 where nothing is chosen. */
  onRequest?(request: SipRequest, sender: RequestSender): ChosenAnswer;
  /** Something was thrown by a handler: a fault of the application. Default: it is logged. */
  onFault?(error: unknown): void;
}

/** Bounds of an application. */
export interface ApplicationBounds {
  /** Bounds of the listener; see `@entente/tls`. */
  readonly limits?: ServeLimits;
  /** Bytes of messages under way at most; see `MessageBudget` of `@entente/sip-endpoint`. */
  readonly maxBytesInFlight?: number | undefined;
  /** Calls at once at most, from 0; one more is answered 486. Default 1,000. */
  readonly maxCalls?: number;
  /** Of them, calls that one user makes; one more is answered 486. Default 16. */
  readonly maxCallsOfUser?: number;
  /**
   * Of them, calls of all users of one domain for whom nobody vouches, as for users of partners and callers from the telephone network; one more is
   * answered 486. Default a quarter of `maxCalls`, or `maxCallsOfUser` where that is more.
   */
  readonly maxCallsOfDomain?: number;
  /**
   * Milliseconds after which the other end of each call is asked whether it is there; a call whose other end has given no sign three times in a
   * row is ended. Default 300,000.
   */
  readonly checkCallsMs?: number;
}

/** What an application of a member is made of. */
export interface ServeApplicationOptions extends ApplicationHandlers, ApplicationBounds {
  /** Its certificate, trust and topology; its FQDN is the application's. */
  readonly member: Member;
  /** Receives links, refusals, and what handlers have thrown. */
  readonly logger: Logger;
  /** Disposed of after the application. */
  readonly closeWith?: AsyncDisposable;
}

/** A request that an application sends. */
export interface ApplicationRequestParts extends Pick<RequestParts, 'headers' | 'contentType' | 'body'> {
  /** Name to show beside the address that sends. */
  readonly displayName?: string;
}

/** An application that joins its domain by itself. */
export interface JoinApplicationOptions extends ApplicationHandlers, ApplicationBounds {
  /** Its own FQDN, as the topology lists it with the role trusted-application. */
  readonly fqdn: string;
  /** Where it keeps its key, certificate, roots and topology. */
  readonly directory: string;
  /** Join token as pasted; needed the first time only. */
  readonly token?: string | undefined;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger;
}
