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
import type { SipConnection } from '../connection/connection.ts';
import type { AskOptions, SipEndpoint } from '../endpoint.ts';

/** How a user authenticates. */
export interface UserCredentials {
  readonly secret: ClientSecret;
  /** Algorithms the user agent answers; default SHA-256 and SHA-512-256. */
  readonly algorithms?: readonly DigestAlgorithm[];
}

/** How {@link UserSession.ask} waits. */
export interface SessionAskOptions extends AskOptions {
  /** Hears of the request as it is sent, with its credentials and without our Via; again where it was challenged. */
  readonly onSent?: (request: SipRequest) => void;
}

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
  readonly endpoint: SipEndpoint;
  readonly connection: SipConnection;
  readonly #credentials: UserCredentials;
  readonly #touched: () => void;
  readonly #challenges = new Map<string, UsableChallenge>();

  /**
   * @param endpoint - that sends
   * @param connection - where to
   * @param credentials - of the user
   * @param touched - called when something is sent or has come
   */
  constructor(
    endpoint: SipEndpoint,
    connection: SipConnection,
    credentials: UserCredentials,
    touched: () => void,
  ) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.#credentials = credentials;
    this.#touched = touched;
  }

  /**
   * Sends a request; where it is challenged, answers once and sends it again with the next sequence number.
   * @param build - creates the request for each attempt, with a CSeq that has not been used
   * @returns the request as it was finally sent (without our Via) and its final response
   * @throws NoAnswerError if no final response comes
   */
  async ask(
    build: () => SipRequest,
    options: SessionAskOptions = {},
  ): Promise<{ readonly request: SipRequest; readonly response: SipResponse }> {
    let request = this.#authorised(build());
    let response = await this.#send(request, options);
    if ((response.status === 401 || response.status === 407) && this.#learn(response)) {
      request = this.#authorised(build());
      response = await this.#send(request, options);
    }
    return { request, response };
  }

  async #send(request: SipRequest, options: SessionAskOptions): Promise<SipResponse> {
    this.#touched();
    options.onSent?.(request);
    const response = await this.endpoint.ask(request, this.connection, options);
    this.#touched();
    return response;
  }

  #authorised(request: SipRequest): SipRequest {
    if (this.#challenges.size === 0) return request;
    const editor = edit(request);
    for (const usable of this.#challenges.values()) {
      usable.uses++;
      editor.append(
        usable.field,
        answerChallenge(
          usable.challenge,
          { method: request.method, uri: request.uriText },
          this.#credentials.secret,
          {
            cnonce: this.endpoint.newToken(),
            nonceCount: usable.uses,
          },
        ),
      );
    }
    return editor.toMessage();
  }

  /** @returns whether there is a challenge that has not been answered in vain already */
  #learn(response: SipResponse): boolean {
    const proxy = response.status === 407;
    const chosen = selectChallenges(
      response.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'),
      this.#credentials.algorithms,
    );
    let fresh = false;
    for (const challenge of chosen) {
      const known = this.#challenges.get(challenge.realm);
      // The same realm asks again with a nonce we have just answered: the secret is wrong, not the nonce.
      if (known !== undefined && known.challenge.nonce === challenge.nonce) continue;
      this.#challenges.set(challenge.realm, {
        challenge,
        field: proxy ? 'Proxy-Authorization' : 'Authorization',
        uses: 0,
      });
      fresh = true;
    }
    return fresh;
  }
}

/** An address with a new tag. */
export function taggedAddress(uri: string, tag: string): NameAddr {
  return NameAddr.from({ uri, parameters: { tag } });
}
