import { randomBytes } from 'node:crypto';
import { required, text } from '@entente/options';
import {
  cnonceFor,
  createCredentialRecord,
  type DigestAlgorithm,
  passwordEvent,
  SipArgumentError,
  type SipResponse,
  sealedVerifiersType,
  sealSaltBytes,
  sealVerifiers,
} from '@entente/sip';
import type { Clock } from '@entente/tls';
import { checkArgument } from '../options/option-rules.ts';
import type { AgentRequestParts } from './user-agent-options.ts';
import type { UserCredentials } from './user-agent-session.ts';

/** What passwords are changed with. */
export interface PasswordChangeParts {
  /** `sip:alice@contoso.example`. */
  readonly addressOfRecord: string;
  /** Of the user; replaced once the new password is in force. */
  readonly credentials: { -readonly [name in keyof UserCredentials]: UserCredentials[name] };
  readonly clock: Clock;
  /** Sends a request to the user's own address, with credentials of this cnonce. */
  readonly send: (method: string, parts: AgentRequestParts, cnonce: string) => Promise<SipResponse>;
  /** Registers again, where a registration is kept. */
  readonly registerAgain: () => void;
}

/** Every front end has heard of a change, and signed the user out, before this many milliseconds are over. */
const settledMs = 2_000;
const algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];

/** A user changes the password: what travels are verifiers, sealed with the present password. */
export class PasswordChange {
  readonly #parts: PasswordChangeParts;
  #stopTimer: (() => void) | undefined;

  /** @param parts - whose, and how */
  constructor(parts: PasswordChangeParts) {
    this.#parts = parts;
  }

  /**
   * Changes the password.
   * @param password - the new one
   * @returns the final response
   */
  async to(password: string): Promise<SipResponse> {
    checkArgument(password, required(text, 'give the new password'), 'password', 'changePassword');
    const { addressOfRecord, clock, credentials, registerAgain, send } = this.#parts;
    const { secret } = credentials;
    const { username } = secret;
    const realm = addressOfRecord.slice(addressOfRecord.lastIndexOf('@') + 1).toLowerCase();
    const [algorithm = 'SHA-256'] = credentials.algorithms ?? [];
    const present = 'password' in secret ? createCredentialRecord({ ...secret, realm }, [algorithm]) : secret;
    const next = createCredentialRecord({ username, realm, password }, algorithms);
    const body = sealVerifiers(present, next.ha1, randomBytes(sealSaltBytes));
    if (body === undefined)
      throw new SipArgumentError(
        'expected H(A1) of the present password, found none',
        `credentials of ${username}`,
        'create the user agent with the password',
      );
    const headers = { Event: passwordEvent };
    const parts = { headers, contentType: sealedVerifiersType, body };
    const response = await send('PUBLISH', parts, cnonceFor(body));
    if (response.status < 300) {
      credentials.secret = { username, password };
      // The change has signed this device out too. A server that hears of it later does so once more.
      registerAgain();
      this.#stopTimer = clock.after(settledMs, registerAgain);
    }
    return response;
  }

  /** Registers nothing any more. */
  stop(): void {
    this.#stopTimer?.();
  }
}
