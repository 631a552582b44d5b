import {
  answerChallenge,
  type ClientSecret,
  type DigestAlgorithm,
  type DigestChallenge,
  edit,
  NameAddr,
  type SipRequest,
  type SipResponse,
  selectChallenges,
} from '@entente/sip';
import type { AskOptions } from '../ask-options.ts';
import type { SipConnection } from '../connection/connection.ts';
import type { SipEndpoint } from '../endpoint.ts';
import { checkSession } from './check-parts.ts';

/** How a user authenticates. */
export interface UserCredentials {
  /** Username with password, or with H(A1) alone. */
  readonly secret: ClientSecret;
  /** Algorithms the user agent answers; default SHA-256 and SHA-512-256. */
  readonly algorithms?: readonly DigestAlgorithm[];
}

/** How {@link UserSession.ask} waits. */
export interface SessionAskOptions extends AskOptions {
  /** Hears of the request as it is sent, with its credentials and without our Via; again where it was challenged. */
  readonly onSent?: (request: SipRequest) => void;
  /** Of its credentials, where the request has credentials that are to cover something more; default another one each time. */
  readonly cnonce?: string;
}

/** Answers to challenges of one request, at most: a server that calls each nonce too old gets no more. */
const mostAnswers = 3;

interface UsableChallenge {
  readonly challenge: DigestChallenge;
  readonly field: 'Authorization' | 'Proxy-Authorization';
  uses: number;
}

/**
 * Requests of one user over one connection: numbers them, answers challenges, and uses a nonce again as long as it is
 * accepted.
 * @see RFC 3261 §22.2, RFC 7616 §3.4
 */
export class UserSession {
  /** Sends the requests of the session. */
  readonly endpoint: SipEndpoint;
  /** On which they go out; a new connection has a new session. */
  readonly connection: SipConnection;
  readonly #credentials: UserCredentials | undefined;
  readonly #touched: () => void;
  readonly #challenges = new Map<string, UsableChallenge>();
  /** Whether the last request had credentials that were right. */
  #isAccepted = false;

  /**
   * @param endpoint - that sends
   * @param connection - where to
   * @param credentials - of the user; undefined for one who is known by its certificate, and answers no challenge
   * @param touched - called when something is sent or has come
   */
  constructor(
    endpoint: SipEndpoint,
    connection: SipConnection,
    credentials: UserCredentials | undefined,
    touched: () => void,
  ) {
    checkSession(endpoint, connection, touched);
    this.endpoint = endpoint;
    this.connection = connection;
    this.#credentials = credentials;
    this.#touched = touched;
  }

  /**
   * Sends a request; where it is challenged, answers and sends it again with the next sequence number: once, twice where the secret has
   * been right before, and as often as three times where the challenge says that the nonce alone was not taken (`stale`, RFC 7616 §3.3).
   * @param build - creates the request for each attempt, with a CSeq that has not been used
   * @returns the request as it was finally sent (without our Via) and its final response
   * @throws NoAnswerError if no final response comes
   */
  async ask(
    build: () => SipRequest,
    options: SessionAskOptions = {},
  ): Promise<{ readonly request: SipRequest; readonly response: SipResponse }> {
    let request = this.#authorised(build(), options);
    let response = await this.#send(request, options);
    // Another server of a pool does not take the nonce of the one before. Where the secret is right, that is all that a challenge says.
    const usual = this.#isAccepted ? 2 : 1;
    for (let answered = 0; answered < mostAnswers && isChallenge(response); answered++) {
      if (this.#credentials === undefined) break;
      const learnt = this.#learn(response);
      if (learnt === 'nothing' || (answered >= usual && learnt !== 'stale')) break;
      request = this.#authorised(build(), options);
      response = await this.#send(request, options);
    }
    this.#isAccepted = this.#challenges.size > 0 && !isChallenge(response);
    return { request, response };
  }

  async #send(request: SipRequest, options: SessionAskOptions): Promise<SipResponse> {
    this.#touched();
    options.onSent?.(request);
    const response = await this.endpoint.ask(request, this.connection, options);
    this.#touched();
    return response;
  }

  #authorised(request: SipRequest, { cnonce = this.endpoint.newToken() }: SessionAskOptions): SipRequest {
    const secret = this.#credentials?.secret;
    if (secret === undefined || this.#challenges.size === 0) return request;
    const editor = edit(request);
    for (const usable of this.#challenges.values()) {
      usable.uses++;
      editor.append(
        usable.field,
        answerChallenge(usable.challenge, { method: request.method, uri: request.uriText }, secret, {
          cnonce,
          nonceCount: usable.uses,
        }),
      );
    }
    return editor.toMessage();
  }

  /** @returns whether there is a challenge that has not been answered in vain already, and whether each says that the secret was right */
  #learn(response: SipResponse): 'nothing' | 'new' | 'stale' {
    const proxy = response.status === 407;
    const chosen = selectChallenges(
      response.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'),
      this.#credentials?.algorithms,
    );
    let isFresh = false;
    let isStale = true;
    for (const challenge of chosen) {
      const known = this.#challenges.get(challenge.realm);
      // The same realm asks again with a nonce we have just answered: the secret is wrong, not the nonce.
      if (known !== undefined && known.challenge.nonce === challenge.nonce) continue;
      this.#challenges.set(challenge.realm, {
        challenge,
        field: proxy ? 'Proxy-Authorization' : 'Authorization',
        uses: 0,
      });
      isFresh = true;
      if (!challenge.stale) isStale = false;
    }
    if (!isFresh) return 'nothing';
    return isStale ? 'stale' : 'new';
  }
}

function isChallenge({ status }: SipResponse): boolean {
  return status === 401 || status === 407;
}

/** An address with a new tag. */
export function taggedAddress(uri: string, tag: string): NameAddr {
  return NameAddr.from({ uri, parameters: { tag } });
}
