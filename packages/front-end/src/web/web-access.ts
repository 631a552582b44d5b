import { timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { parseAccountAddress, type Verifiers, verifiersOf } from '@entente/accounts';
import {
  type ChangeRequest,
  credentialsNotAccepted,
  type DeviceSignOutRequest,
  type DevicesAnswer,
  malformed,
  type PasswordRequest,
  refusePassword,
  type SessionAnswer,
  type SessionRequest,
  type SignInRequest,
  type WebProblem,
} from '@entente/accounts/web';
import type { FollowedAccounts } from '@entente/member';
import { type CredentialRecord, createCredentialRecord, type DigestAlgorithm } from '@entente/sip';
import type { GuessedUser, GuessLimit } from '@entente/sip-proxy';
import type { Credentials } from '@entente/sip-relay';
import { addressGroup } from '@entente/tls/internal';
import type { Topology } from '@entente/topology';
import type { UserDevices } from './user-devices.ts';
import {
  accountDisabled,
  csrfMismatch,
  notChangeable,
  passwordNotChanged,
  sessionNotKnown,
  signedOut,
  stale,
  tooManyAttempts,
} from './web-problems.ts';
import { type OpenSession, WebSessions, type WebSessionsOptions } from './web-sessions.ts';

/** What a front end answers web services with. */
export interface WebAccessOptions extends WebSessionsOptions {
  readonly topology: () => Topology;
  readonly credentials: Credentials;
  readonly accounts: Pick<FollowedAccounts, 'changeVerifiers' | 'isStale' | 'known'> | undefined;
  readonly devices: Pick<UserDevices, 'of' | 'signOut'>;
  /** The same as that of SIP: a peer that guesses has no second try here. */
  readonly guesses: GuessLimit;
  /** A user has changed the password. */
  readonly onPassword: (address: string) => void;
}

/** An answer: a document, nothing, or why not. */
export type WebAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: WebProblem };

/** A name for which nobody has the password, so that an unknown user takes as long as a wrong password. */
const nobody: CredentialRecord = createCredentialRecord({ username: '', realm: '', password: '' });

/**
 * What users do at web services, decided where their verifiers and registrations are. Web services hand on what a user has sent, and
 * prove nothing by themselves: a session is sealed here, for a user who has shown the password here.
 */
export class WebAccess {
  readonly #options: WebAccessOptions;
  readonly #sessions: WebSessions;
  /** Users of whom a change of the password is under way. */
  readonly #underWay = new Set<string>();

  /** @param options - users, registrations, keys */
  constructor(options: WebAccessOptions) {
    this.#options = options;
    this.#sessions = new WebSessions(options);
  }

  /**
   * A user signs in with name and password.
   * @param from - FQDN of the web services that ask
   */
  signIn({ address, client, password }: SignInRequest, from: string): WebAnswer<SessionAnswer> {
    const { accounts, credentials, topology } = this.#options;
    if (accounts?.isStale === true) return no(stale);
    if (isIP(client) === 0) return no(notAnAddress);
    const parsed = parseAccountAddress(address);
    // A domain that is not ours has no users here: the answer is the same, so that nothing is told.
    const known = parsed.ok && topology().isOurDomain(parsed.value.domain) ? parsed.value : undefined;
    const { domain = '', username = address } = known ?? {};
    const record = known === undefined ? undefined : credentials.find(username, domain);
    const refused = this.#prove({ username, realm: domain }, { client, from }, password, record);
    if (refused !== undefined) return no(refused);
    const proven = record as CredentialRecord;
    if (credentials.isDisabled?.(username, domain) === true) return no(accountDisabled);
    const begun = this.#sessions.begin(proven, known?.address ?? '');
    return begun === undefined
      ? no(malformed('expected a shorter address, found a long one'))
      : session(begun);
  }

  /** Whose a session is, with a newer token from time to time. */
  session({ token }: SessionRequest): WebAnswer<SessionAnswer> {
    const opened = this.#open(token);
    return 'problem' in opened ? opened : session(opened);
  }

  /**
   * Ends a session, also one that is not for this server to judge, or does not open here now: its next token may be younger, and what this server
   * knows of accounts older than what others do.
   */
  signOut({ csrf, token }: ChangeRequest): WebAnswer<undefined> {
    const found = this.#sessions.csrfOf(token);
    if (found === undefined) return no(signedOut);
    if (!isSame(found, csrf)) return no(csrfMismatch);
    this.#sessions.end(token);
    return { ok: true, value: undefined };
  }

  /** The devices of the user. */
  async devices({ token }: SessionRequest): Promise<WebAnswer<DevicesAnswer>> {
    const opened = this.#open(token);
    if ('problem' in opened) return opened;
    const devices = await this.#options.devices.of(opened.address);
    return { ok: true, value: { session: opened.session, devices } };
  }

  /**
   * Signs one device of the user out. One that is gone already is answered the same. The answer has a new token, which every server of the pool
   * that has to do the same believes.
   */
  async signOutDevice({ csrf, device, token }: DeviceSignOutRequest): Promise<WebAnswer<SessionAnswer>> {
    const opened = this.#change(token, csrf, true);
    if ('problem' in opened) return opened;
    await this.#options.devices.signOut(opened.address, device);
    return session(opened);
  }

  /**
   * Changes the password of the user, who proves the present one again. Every session ends; the answer has a new one.
   * @param from - FQDN of the web services that ask
   */
  async changePassword(request: PasswordRequest, from: string): Promise<WebAnswer<SessionAnswer>> {
    const opened = this.#change(request.token, request.csrf);
    if ('problem' in opened) return opened;
    const { accounts, credentials } = this.#options;
    const { address, domain, username } = opened;
    const { client } = request;
    if (accounts?.changeVerifiers === undefined) return no(notChangeable);
    if (isIP(client) === 0) return no(notAnAddress);
    const record = credentials.find(username, domain);
    const refused =
      this.#prove({ username, realm: domain }, { client, from }, request.password, record) ??
      refusePassword(request.newPassword);
    if (refused !== undefined) return no(refused);
    const present = (record as CredentialRecord).ha1;
    // The algorithms stay those that the account has: no client is left out, and none comes in.
    const next = verifiersOf(address, request.newPassword, Object.keys(present) as DigestAlgorithm[]);
    if (next === undefined || this.#underWay.has(address)) return no(passwordNotChanged);
    return this.#store(opened, present, next);
  }

  async #store(
    { address, domain, username }: OpenSession,
    present: Verifiers,
    next: Verifiers,
  ): Promise<WebAnswer<SessionAnswer>> {
    const { accounts, onPassword } = this.#options;
    this.#underWay.add(address);
    try {
      const refused = await accounts?.changeVerifiers?.(address, present, next);
      if (refused !== undefined) return no(passwordNotChanged);
    } finally {
      this.#underWay.delete(address);
    }
    onPassword(address);
    const begun = this.#sessions.begin({ username, realm: domain, ha1: next }, address);
    return begun === undefined ? no(signedOut) : session(begun);
  }

  /**
   * Whether a password is right, within the limit on guesses: web services name the client, and what comes over them holds up no telephone there.
   * @returns why not
   */
  #prove(
    user: GuessedUser,
    { client, from }: { readonly client: string; readonly from: string },
    password: string,
    record: CredentialRecord | undefined,
  ): WebProblem | undefined {
    const { clock, guesses } = this.#options;
    const now = clock();
    const place = { address: addressGroup(client), over: from };
    const waitMs = guesses.waitMs(user, place, now);
    if (waitMs > 0) return tooManyAttempts(waitMs);
    if (isRight(password, record)) {
      guesses.succeeded(user, place, now);
      return undefined;
    }
    guesses.failed(user, place, now, record !== undefined);
    return credentialsNotAccepted;
  }

  #open(token: string, isRenewed = false): Opened {
    const found = this.#find(token, isRenewed);
    return 'problem' in found || found.isKnown ? found : no(sessionNotKnown);
  }

  /** One that may have ended without this server is found too. */
  #find(token: string, isRenewed = false): Opened {
    if (this.#options.accounts?.isStale === true) return no(stale);
    return this.#sessions.open(token, isRenewed) ?? no(signedOut);
  }

  #change(token: string, csrf: string, isRenewed = false): Opened {
    return withCsrf(this.#open(token, isRenewed), csrf);
  }
}

/** A session that has opened, or why it has not. */
type Opened = OpenSession | { readonly ok: false; readonly problem: WebProblem };

/** A change needs, beside the session, what only a page of ours has been told. */
function withCsrf(opened: Opened, csrf: string): Opened {
  if ('problem' in opened) return opened;
  return isSame(opened.session.csrf, csrf) ? opened : no(csrfMismatch);
}

const notAnAddress = malformed('"client": expected an IP address, found something else');

function no(problem: WebProblem): { readonly ok: false; readonly problem: WebProblem } {
  return { ok: false, problem };
}

function session({ session: held }: OpenSession): WebAnswer<SessionAnswer> {
  return { ok: true, value: { session: held } };
}

/** By the verifier that the account has; the strongest where it has several. */
function isRight(password: string, record: CredentialRecord | undefined): boolean {
  const { ha1, realm, username } = record ?? nobody;
  const algorithm = (['SHA-512-256', 'SHA-256', 'MD5'] as const).find((one) => ha1[one] !== undefined);
  if (algorithm === undefined) return false;
  const found = createCredentialRecord({ username, realm, password }, [algorithm]).ha1[algorithm];
  return isSame(found ?? '', ha1[algorithm] ?? '') && record !== undefined;
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)] as const;
  return left.length === right.length && timingSafeEqual(left, right);
}
