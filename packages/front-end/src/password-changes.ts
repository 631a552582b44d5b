import type { Verifiers } from '@entente/accounts';
import type { FollowedAccounts } from '@entente/member';
import { type DigestAlgorithm, openVerifiers, type SipRequest, sealedVerifiersType } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import { signedOut } from './account-changes.ts';
import { eventNotSupported } from './not-served.ts';

/** What passwords are changed with. */
export interface PasswordChangesOptions {
  /** Who the users are; without accounts, or where those cannot be changed, no user changes a password here. */
  readonly accounts: Pick<FollowedAccounts, 'changeVerifiers' | 'known'> | undefined;
  /** A user has another password. */
  readonly onChanged: (address: string) => void;
}

/** Seconds until a change may be tried again where nobody has stored it. */
const againSec = 30;

/**
 * Users who know their password change it: the request has a digest of its own, which limits guessing, and its body was sealed with the
 * present password. Nothing is handed on but verifiers.
 */
export class PasswordChanges {
  readonly #options: PasswordChangesOptions;
  /** Users of whom a change is under way. */
  readonly #underWay = new Set<string>();

  /** @param options - the accounts */
  constructor(options: PasswordChangesOptions) {
    this.#options = options;
  }

  /**
   * Changes the password of a user.
   * @param request - for which `changesPassword` holds
   * @param user - who has proven it, here or to a director
   * @param ask - asked once, when nothing else refuses the request
   * @returns why not; undefined once the new one is in force
   */
  async change(
    request: SipRequest,
    user: string,
    ask: () => RequestRefusal | undefined | Promise<RequestRefusal | undefined>,
  ): Promise<RequestRefusal | undefined> {
    const { accounts } = this.#options;
    if (accounts?.changeVerifiers === undefined) return eventNotSupported(request);
    const account = accounts.known.of(user);
    if (account?.state !== 'enabled') return signedOut(user);
    const opened = opening(request, user, account.verifiers);
    if ('refused' in opened) return opened.refused;
    if (this.#underWay.has(user)) return oneAtATime(user);
    this.#underWay.add(user);
    try {
      const byPolicy = await ask();
      if (byPolicy !== undefined) return byPolicy;
      const refused = await accounts.changeVerifiers(user, account.verifiers, opened.to);
      if (refused === undefined) this.#options.onChanged(user);
      return refused === undefined ? undefined : notChanged(refused);
    } catch (error) {
      return unavailable(error);
    } finally {
      this.#underWay.delete(user);
    }
  }
}

/** The verifiers that the user sends, for those algorithms that the account has: none comes in, and no client is left out. */
function opening(
  request: SipRequest,
  user: string,
  present: Verifiers,
): { readonly to: Verifiers } | { readonly refused: RequestRefusal } {
  const type = request.contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== sealedVerifiersType) return { refused: otherBody(`Content-Type ${type ?? 'none'}`) };
  const at = user.lastIndexOf('@');
  const record = { username: user.slice(0, at), realm: user.slice(at + 1), ha1: present };
  const opened = openVerifiers(request.bodyText, record);
  if (!opened.ok) return { refused: notOpened[opened.fault] };
  const algorithms = Object.keys(present) as DigestAlgorithm[];
  const missing = algorithms.filter((algorithm) => opened.ha1[algorithm] === undefined);
  if (missing.length > 0) return { refused: otherBody(`no verifier for ${missing.join(', ')}`) };
  return { to: Object.fromEntries(algorithms.map((algorithm) => [algorithm, opened.ha1[algorithm]])) };
}

const otherBody = (found: string) =>
  refusal(
    'malformed-request',
    400,
    `expected ${sealedVerifiersType} with the sealed verifiers of the new password, found ${found}`,
    'Let a client change the password that knows how, e.g. UserAgent of @entente/sip-endpoint.',
  );

const notOpened = {
  malformed: otherBody('something else'),
  'no-verifier': otherBody('an algorithm for which the account has no verifier'),
  'other-password': refusal(
    'credentials-not-accepted',
    403,
    'expected verifiers that were sealed with the present password, found others, or some that were changed on their way',
    'Give the password that is valid now.',
  ),
} as const;

const oneAtATime = (user: string) =>
  refusal(
    'password-not-changed',
    403,
    `expected one change of the password of ${user} at a time, found another one under way`,
    'Wait for the answer to the one before.',
  );

function notChanged({ message, reason, remedy }: { reason: string; message: string; remedy: string }) {
  const text = `the password was not changed (${reason}): ${message}`;
  return refusal('password-not-changed', 403, text, `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`);
}

/** 503 would be about everything that the client sends (RFC 3261 §21.5.4). */
function unavailable(error: unknown): RequestRefusal {
  return refusal(
    'accounts-unavailable',
    500,
    `expected that the accounts are changed, found: ${error instanceof Error ? error.message : String(error)}`,
    'Try again later, with the old password or the new one; look for why the authority does not answer.',
    [['Retry-After', againSec]],
  );
}
