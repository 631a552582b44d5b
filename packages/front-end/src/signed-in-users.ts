import type { RequestOrigin } from '@entente/sip-relay';

/** The users who have authenticated on each connection, found by user: for what ends when an account is disabled, removed or reset. */
export class SignedInUsers {
  /** By user, the names of the connections. */
  readonly #origins = new Map<string, Map<string, RequestOrigin>>();
  /** By the name of a connection, the users whose devices are reached over it no more. */
  readonly #ended = new Map<string, Set<string>>();

  /** Users with a connection. */
  get size(): number {
    return this.#origins.size;
  }

  /**
   * A user has authenticated.
   * @param user - address of record
   * @param origin - the connection
   * @param flow - its name
   */
  signedIn(user: string, origin: RequestOrigin, flow: string): void {
    const origins = this.#origins.get(user);
    if (origins === undefined) this.#origins.set(user, new Map([[flow, origin]]));
    else origins.set(flow, origin);
    const ended = this.#ended.get(flow);
    ended?.delete(user);
    if (ended?.size === 0) this.#ended.delete(flow);
  }

  /**
   * The connections of the devices of a user: those of nobody else, and of no server.
   * @param user - address of record
   */
  ownOf(user: string): readonly RequestOrigin[] {
    const origins = [...(this.#origins.get(user)?.values() ?? [])];
    return origins.filter(({ server, users }) => server === undefined && users.size === 1);
  }

  /**
   * Ends what a user has signed in to, on every connection: the next request there must authenticate again. Other users of the same
   * connections notice nothing.
   * @param user - address of record
   * @returns how many connections it was signed in on
   */
  signOut(user: string): number {
    const origins = this.#origins.get(user) ?? new Map<string, RequestOrigin>();
    for (const [flow, origin] of origins) this.#end(user, flow, origin);
    this.#origins.delete(user);
    return origins.size;
  }

  /**
   * Ends what a user has proven on one connection.
   * @param user - address of record
   * @param flow - name of the connection
   * @returns whether there was anything to end
   */
  signOutOn(user: string, flow: string): boolean {
    const origins = this.#origins.get(user);
    const origin = origins?.get(flow);
    if (origins === undefined || origin === undefined) return false;
    this.#end(user, flow, origin);
    origins.delete(flow);
    if (origins.size === 0) this.#origins.delete(user);
    return true;
  }

  /**
   * Whether a user was signed out on a connection, and has not authenticated there again.
   * @param user - address of record
   * @param flow - name of the connection
   */
  isSignedOut(user: string, flow: string): boolean {
    return this.#ended.get(flow)?.has(user) === true;
  }

  /**
   * A connection is closed.
   * @param origin - the connection
   * @param flow - its name
   */
  closed(origin: RequestOrigin, flow: string): void {
    this.#ended.delete(flow);
    for (const user of origin.users.keys()) {
      const origins = this.#origins.get(user);
      origins?.delete(flow);
      if (origins?.size === 0) this.#origins.delete(user);
    }
  }

  #end(user: string, flow: string, origin: RequestOrigin): void {
    origin.users.delete(user);
    const ended = this.#ended.get(flow);
    if (ended === undefined) this.#ended.set(flow, new Set([user]));
    else ended.add(user);
  }
}
