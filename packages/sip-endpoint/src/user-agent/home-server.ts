import type { SipResponse } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { NextHop } from '../connection/next-hop.ts';
import type { SipEndpoint } from '../endpoint.ts';
import { NoAnswerError } from '../transaction/no-answer-error.ts';
import { askServers } from './ask-servers.ts';
import type { SessionSource } from './session-source.ts';
import { type UserCredentials, UserSession } from './user-agent-session.ts';

/** What a {@link HomeServer} needs. */
export interface HomeServerParts {
  readonly endpoint: SipEndpoint;
  /** By its name; there may be several of it. */
  readonly hop: NextHop;
  readonly credentials: UserCredentials;
  /** The session on the connection that is up is kept there. */
  readonly sessions: SessionSource;
  /** Something is sent to it. */
  readonly touched: () => void;
  /** What goes on over another connection: calls. */
  readonly moved: (session: UserSession) => void;
}

/** The server of a user: dialled, over one connection at a time, and another of the same name where one fails. */
export class HomeServer {
  readonly #parts: HomeServerParts;
  /** Whether the place that failed last is passed over by the next attempt. */
  #avoidsLast = false;

  /** @param parts - which server, and what is kept about the connection to it */
  constructor(parts: HomeServerParts) {
    this.#parts = parts;
  }

  /**
   * Dials it under the verdict, or gives the connection that is up.
   * @throws what the dialling fails of
   * @throws NoAnswerError where it closes at once
   */
  async connect(): Promise<SipConnection> {
    const { endpoint, hop } = this.#parts;
    let connection: SipConnection | undefined;
    if (this.#avoidsLast) {
      this.#avoidsLast = false;
      connection = await endpoint.reach(hop).catch(() => undefined);
    }
    if (connection === undefined) {
      // An explicit call is an attempt in any case.
      endpoint.retry();
      connection = await endpoint.reach(hop);
    }
    // It was up and is gone already: `onClosed` has come before there was a session.
    if (connection.isClosed) throw new NoAnswerError('transport-error', 'the first request', hop.name);
    this.#sessionOn(connection);
    return connection;
  }

  /**
   * Asks over the connection that is up; where it answers 503 or not at all, another of the same name.
   * @param ask - sends the request over a session
   * @throws as {@link connect} and `ask`
   * @see RFC 3263 §4.3
   */
  async ask(ask: (session: UserSession) => Promise<SipResponse>): Promise<SipResponse> {
    const first = await this.connect();
    const { endpoint, hop } = this.#parts;
    return askServers(endpoint, hop, first, (connection) => ask(this.#sessionOn(connection)));
  }

  /**
   * The connection has failed while the user is to stay registered: the next attempt goes to another place, where there is one.
   * @param connection - that is gone
   * @param why - for the fault of what is asked next
   */
  failed(connection: SipConnection, why: NoAnswerError): void {
    if (this.#parts.endpoint.suspect(connection, why)) this.#avoidsLast = true;
  }

  #sessionOn(connection: SipConnection): UserSession {
    const { credentials, endpoint, moved, sessions, touched } = this.#parts;
    const { current } = sessions;
    if (current?.connection === connection) return current;
    const session = new UserSession(endpoint, connection, credentials, touched);
    sessions.use(session);
    moved(session);
    return session;
  }
}
