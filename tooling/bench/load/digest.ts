import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from './order.ts';

/** A challenge as far as the generator needs it (RFC 7616, SHA-256, qop=auth). */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** `Authorization` or `Proxy-Authorization`. */
  readonly header: string;
}

/**
 * Reads the SHA-256 challenge of a 401 or 407.
 *
 * @returns undefined when the response carries none.
 */
export function readChallenge(response: string): Challenge | undefined {
  for (const line of response.split('\r\n')) {
    const match = /^(WWW|Proxy)-Authenticate:\s*Digest\s+(.*)$/i.exec(line);
    if (match === null || !/algorithm="?SHA-256"?(,|$)/i.test(match[2] ?? '')) continue;
    const field = (name: string): string | undefined =>
      new RegExp(`(?:^|[,\\s])${name}="([^"]*)"`, 'i').exec(match[2] ?? '')?.[1];
    const header = match[1]?.toLowerCase() === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
    return { realm: field('realm') ?? '', nonce: field('nonce') ?? '', opaque: field('opaque'), header };
  }
  return undefined;
}

/** Answers a challenge many times: the costly half of the hash is computed once. */
export class DigestAnswerer {
  readonly #challenge: Challenge;
  readonly #credentials: Credentials;
  readonly #secret: string;
  readonly #cnonce = randomBytes(8).toString('hex');
  #count = 0;

  constructor(challenge: Challenge, credentials: Credentials) {
    this.#challenge = challenge;
    this.#credentials = credentials;
    this.#secret = sha256(`${credentials.username}:${challenge.realm}:${credentials.password}`);
  }

  /** The header line, with its CRLF, for the next request. */
  answer(method: string, uri: string): string {
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, '0');
    const { nonce, realm, opaque, header } = this.#challenge;
    const request = sha256(`${method}:${uri}`);
    const response = sha256(`${this.#secret}:${nonce}:${nc}:${this.#cnonce}:auth:${request}`);
    const tail = opaque === undefined ? '' : `, opaque="${opaque}"`;
    const who = `username="${this.#credentials.username}", realm="${realm}", nonce="${nonce}", uri="${uri}"`;
    return `${header}: Digest ${who}, response="${response}", algorithm=SHA-256, qop=auth, nc=${nc}, cnonce="${this.#cnonce}"${tail}\r\n`;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
