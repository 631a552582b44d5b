import { createHash, randomBytes } from 'node:crypto';
import type { HeldSession } from '@entente/accounts/web';
import type { CredentialRecord } from '@entente/sip';
import type { Sealing } from '@entente/sip-proxy';
import type { Credentials } from '@entente/sip-relay';
import { EndedSessions } from './ended-sessions.ts';

/** What sessions are sealed and judged with. */
export interface WebSessionsOptions {
  /** Of the pool, so that each of its servers opens what another one has sealed. */
  readonly sealing: Sealing;
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Whom a session is of. */
export interface OpenSession {
  /** Address of record. */
  readonly address: string;
  readonly username: string;
  readonly domain: string;
  readonly session: HeldSession;
  /**
   * Whether this server would know that the session has ended. It has not heard of those that ended while it did not run, so that a token
   * that is older than its process is not for it to judge.
   */
  readonly isKnown: boolean;
}

interface Sealed {
  readonly username: string;
  readonly domain: string;
  readonly address: string;
  readonly name: string;
  readonly csrf: string;
  /** When the user has signed in. */
  readonly begun: number;
  /** When this token was sealed. */
  readonly sealedAt: number;
  /** Of the verifiers. */
  readonly proof: string;
}

/** A token that is not used for this long is void. */
const idleMs = 15 * 60_000;
/** One that is used is sealed again from this age on: the younger it is, the fewer servers have begun since. */
const renewedAfterMs = 60_000;
/** Web services tell a server of the pool that was away for no longer than this. */
const latestTellingMs = 20 * 60_000;
/** After this the user signs in again. */
const longestMs = 8 * 3_600_000;
const purpose = 'web-session';
const fieldCount = 8;
const randomLength = 18;

/**
 * The sessions of users at web services. A session is a sealed text that its holder carries: this server keeps none. It opens only while
 * the user may sign in and has the verifiers with which it began, so that another password, or a disabled account, ends it everywhere.
 */
export class WebSessions {
  readonly #options: WebSessionsOptions;
  readonly #ended = new EndedSessions();
  /** From when on this server hears of sessions that end; tokens count whole milliseconds. */
  readonly #since: number;

  /** @param options - keys, credentials, clock */
  constructor(options: WebSessionsOptions) {
    this.#options = options;
    this.#since = Math.floor(options.clock());
  }

  /**
   * Begins a session of a user who has proven the password.
   * @param record - of the user
   * @param address - of record
   * @returns undefined where the name is too long to be sealed
   */
  begin(record: CredentialRecord, address: string): OpenSession | undefined {
    const now = this.#options.clock();
    return this.#seal({
      username: record.username,
      domain: record.realm,
      address,
      name: randomBytes(randomLength).toString('base64url'),
      csrf: randomBytes(randomLength).toString('base64url'),
      begun: now,
      sealedAt: now,
      proof: proofOf(record),
    });
  }

  /**
   * Opens what {@link begin} or `open` has sealed, here or at another server of the pool.
   * @param token - from anybody
   * @param isRenewed - whether the token is to be a new one in any case
   * @returns whose it is, with a token that is newer from time to time; undefined where it is void
   */
  open(token: string, isRenewed = false): OpenSession | undefined {
    const { clock, credentials } = this.#options;
    const sealed = this.#unseal(token);
    if (sealed === undefined) return undefined;
    const now = clock();
    const { begun, domain, name, proof, sealedAt, username } = sealed;
    if (now - sealedAt >= idleMs || now - begun >= longestMs) return undefined;
    if (this.#ended.has(userOf(sealed), name, sealedAt)) return undefined;
    const record = credentials.find(username, domain);
    if (record === undefined || credentials.isDisabled?.(username, domain) === true) return undefined;
    if (proofOf(record) !== proof) return undefined;
    if (sealedAt < this.#since) return asOpen(sealed, token, false);
    if (now - sealedAt < renewedAfterMs && !isRenewed) return asOpen(sealed, token);
    return this.#seal({ ...sealed, sealedAt: now });
  }

  /**
   * What only a page of ours has been told.
   * @param token - from anybody; of a session that goes on it may be older than `open` takes it
   * @returns undefined where no server of the pool has sealed it, or its session is over by its age
   */
  csrfOf(token: string): string | undefined {
    const sealed = this.#unseal(token);
    if (sealed === undefined || this.#options.clock() - sealed.begun >= longestMs) return undefined;
    return sealed.csrf;
  }

  /**
   * Ends a session at this server: none of its tokens opens here again.
   * @param token - of the session; one that is void already ends nothing
   */
  end(token: string): void {
    const sealed = this.#unseal(token);
    if (sealed === undefined) return;
    const now = this.#options.clock();
    // A token that another server renews before it hears of the end, later than this one, is void by then as well.
    this.#ended.add(userOf(sealed), sealed.name, now, now + latestTellingMs + idleMs + renewedAfterMs);
  }

  #seal(sealed: Sealed): OpenSession | undefined {
    const { address, begun, csrf, domain, name, proof, sealedAt, username } = sealed;
    const times = [begun, sealedAt].map((time) => Math.floor(time).toString(36));
    const token = this.#options.sealing.seal(purpose, [
      username,
      domain,
      address,
      name,
      csrf,
      ...times,
      proof,
    ]);
    return token === undefined ? undefined : asOpen(sealed, token);
  }

  #unseal(token: string): Sealed | undefined {
    const fields = this.#options.sealing.open(purpose, token);
    if (fields?.length !== fieldCount) return undefined;
    const [username, domain, address, name, csrf, begun, sealedAt, proof] = fields as readonly string[] &
      Record<number, string>;
    return {
      username: username as string,
      domain: domain as string,
      address: address as string,
      name: name as string,
      csrf: csrf as string,
      begun: Number.parseInt(begun as string, 36),
      sealedAt: Number.parseInt(sealedAt as string, 36),
      proof: proof as string,
    };
  }
}

function userOf({ domain, username }: Sealed): string {
  return `${username}@${domain}`;
}

function asOpen(
  { address, begun, csrf, domain, sealedAt, username }: Sealed,
  token: string,
  isKnown = true,
): OpenSession {
  const expires = new Date(Math.min(sealedAt + idleMs, begun + longestMs)).toISOString();
  return { address, username, domain, session: { token, address, csrf, expires }, isKnown };
}

/** Which verifiers a session stands on, without them. */
function proofOf({ ha1, realm, username }: CredentialRecord): string {
  const ordered = Object.entries(ha1).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([username, realm, ordered]))
    .digest('base64url');
}
