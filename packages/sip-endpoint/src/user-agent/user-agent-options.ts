import type { RequestParts, SipRequest } from '@entente/sip';
import type { Clock } from '@entente/tls';
import type { DialledSocket } from '../connection/dialled-socket.ts';
import type { NextHop } from '../connection/next-hop.ts';
import type { EndpointOptions } from '../endpoint-options.ts';
import type { ChosenAnswer } from './answer.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { RequestPace } from './pacing.ts';
import type { RegistrationState, StayTimings } from './registration-state.ts';
import type { UserCredentials } from './user-agent-session.ts';

/** A MESSAGE that arrived (RFC 3428). */
export interface ReceivedMessage {
  /** Address of record it comes from, as the From header says. */
  readonly from: string;
  /** The URI of the To header, for example `sip:bob@contoso.example`. */
  readonly to: string;
  /** The body read as UTF-8; empty where there is none. */
  readonly text: string;
  /** As Content-Type says, with its parameters; `text/plain` where there is none. */
  readonly contentType: string;
  /** The MESSAGE as it arrived. */
  readonly request: SipRequest;
}

/** What a user agent reports, and what it leaves to the application. */
export interface UserAgentEvents {
  /**
   * Chooses the answer to a MESSAGE, now or later; 200 where nothing is chosen.
   * @see RFC 3428 §7
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a listener that only listens returns nothing.
  onMessage?(message: ReceivedMessage): ChosenAnswer | void;
  /**
   * Chooses the answer to a request outside a call that has no other member here, such as a NOTIFY of waiting messages in no dialog (RFC 3842);
   * 405 where nothing is chosen.
   */
  onRequest?(request: SipRequest): ChosenAnswer;
  /**
   * A fault of the application: a function here, or one that it has given to a call, has thrown or its promise was rejected; a request that
   * it was to answer was answered 500. Or the registration has ended, because an option turned out to be wrong after it was made. Without it
   * each fault is a warning of the process, and so are both where it fails itself.
   */
  onFault?(error: unknown): void;
  /** A call rings: answer it, now or later, or it stays unanswered. */
  onCall?(call: IncomingCall): void;
  /** The connection is gone; where the user is registered, another one is on its way. */
  onDisconnected?(): void;
  /** The registration stands otherwise than before. */
  onRegistration?(state: RegistrationState): void;
}

/** A request outside a call, beside its method and target. */
export interface AgentRequestParts extends Pick<RequestParts, 'headers' | 'contentType' | 'body'> {
  /** Another From than the user's own; servers refuse it. */
  readonly as?: string;
  /** Gives it up as long as it has not been sent: the request is rejected with its reason. What was sent is not affected. */
  readonly signal?: AbortSignal;
}

/** Where the server of a user is. What its link is called matters to servers alone. */
export type UserServer = Omit<NextHop, 'isForeign' | 'link'> & Partial<Pick<NextHop, 'link'>>;

/** A socket that was dialled for a user. */
export type UserSocket = Omit<DialledSocket, 'link'> & Partial<Pick<DialledSocket, 'link'>>;

/** Who a user agent is and where its server is. */
export interface UserAgentOptions {
  /** `sip:alice@contoso.example`. */
  readonly addressOfRecord: string;
  /** Secret and algorithms with which it answers digest challenges. */
  readonly credentials: UserCredentials;
  /** The server that serves the user's domain. */
  readonly server: UserServer;
  /** Dials it under the verdict; {@link dialAsUser} does. */
  readonly dial: (hop: NextHop) => Promise<UserSocket>;
  /** Finds where the server is, in the order to try (RFC 3263). Without it it is dialled at the address that it has. */
  readonly locate?: EndpointOptions['locate'];
  /**
   * Unpredictable text, new each time, of letters, digits and what else a token has (RFC 3261 §25.1): for tags, Call-IDs, branches and client
   * nonces. {@link createTokenSource} makes one.
   */
  readonly newToken: () => string;
  /** Called with what arrives, and asked what to answer. */
  readonly events: UserAgentEvents;
  /** `required`: this user is reached with sips alone, registers so, and refuses the rest (RFC 5630 §5.1.2, "always SIPS"). */
  readonly sips?: 'required';
  /** What stands in Via: a name for this host, or its address. Default `client.invalid` (RFC 7118 §5 shows its use). */
  readonly host?: string;
  /**
   * URN of this device, the same after each start: registrars then replace what the device registered before. Default a new one
   * (RFC 5626 §4.1).
   */
  readonly instance?: string;
  /** How the registration is kept. */
  readonly stay?: Partial<StayTimings>;
  /** How many requests are under way at once; the rest wait for their turn. */
  readonly pace?: Partial<RequestPace>;
  /** Time and timers. Default the machine’s; its timers keep the process alive while a registration is kept. */
  readonly clock?: Clock;
  /** 0 (included) to 1 (excluded). Default the system’s. */
  readonly random?: () => number;
}
