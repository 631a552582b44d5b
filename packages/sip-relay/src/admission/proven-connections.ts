import { detached, type SipRequest } from '@entente/sip';
import { type GuessedUser, userAddress } from '@entente/sip-proxy';
import type { RequestOrigin } from '../proxy-policy.ts';
import type { Credentials } from './credentials.ts';
import { connectionOutside } from './outside-connection.ts';

/** A user who has authenticated on a connection may use it without credentials for this long. */
export const provenForMs = 3_600_000;
/** Connections at edges of which is known that one user has authenticated on them; the one of longest ago is forgotten. */
const maxConnections = 16;
/** Users of whom any is known. */
const maxUsers = 100_000;

/** What a user has proven over a connection at an edge. */
interface Proof {
  readonly until: number;
  /** The verifiers by which. */
  readonly by: string;
}

/**
 * Which connections have shown the password of a user that is in force: on those, guesses of others do not count. Connections of clients know
 * that themselves. An edge carries many over one, and says which one of its own a request came over; nobody says when that one ends, so
 * proofs there count by time, and for as long as the password is the same.
 */
export class ProvenConnections {
  readonly #credentials: Credentials;
  /** By user, and by connection at an edge. */
  readonly #outside = new Map<string, Map<string, Proof>>();

  /** @param credentials - of the users */
  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /**
   * The connection, where this user has authenticated on it and has not been signed out since.
   * @param user - as claimed
   * @param request - whose connection it is
   * @param origin - the connection to us
   * @param now - milliseconds since 1970
   * @returns the same object for the same connection until the next proof
   */
  find(user: GuessedUser, request: SipRequest, origin: RequestOrigin, now: number): object | undefined {
    if (origin.server === undefined) {
      if (origin.users.size === 0) return undefined;
      return (origin.users.get(userAddress(user, user.realm)) ?? 0) > now ? origin : undefined;
    }
    const connection = connectionOutside(request, origin);
    const proof = connection === undefined ? undefined : this.#outside.get(nameOf(user))?.get(connection);
    if (proof === undefined || proof.until <= now) return undefined;
    const { realm, username } = user;
    if (this.#credentials.isDisabled?.(username, realm) === true) return undefined;
    return proof.by === this.#verifiers(user) ? proof : undefined;
  }

  /**
   * A user has authenticated with a request that an edge has sent on.
   * @param user - proven
   * @param request - as received
   * @param origin - the connection to us
   * @param now - milliseconds since 1970
   */
  proveOutside(user: GuessedUser, request: SipRequest, origin: RequestOrigin, now: number): void {
    const connection = connectionOutside(request, origin);
    if (connection === undefined) return;
    // Both are cut out of the message, and would keep it whole.
    const name = detached(nameOf(user));
    const known = this.#outside.get(name) ?? new Map<string, Proof>();
    known.delete(connection);
    makeRoom(known, maxConnections);
    known.set(detached(connection), { until: now + provenForMs, by: this.#verifiers(user) });
    this.#outside.delete(name);
    makeRoom(this.#outside, maxUsers);
    this.#outside.set(name, known);
  }

  #verifiers({ realm, username }: GuessedUser): string {
    return JSON.stringify(this.#credentials.find(username, realm)?.ha1);
  }
}

function nameOf({ realm, username }: GuessedUser): string {
  return `${realm}\0${username}`;
}

/** A map keeps the order of insertion: the first is of longest ago. */
function makeRoom(kept: Map<string, unknown>, max: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size < max) return;
    kept.delete(oldest);
  }
}
