interface EndedOfUser {
  /** Tokens of the user that were sealed until then are void, whatever their session. */
  voidUntil: number;
  /** When the last of what is kept here is void anyway. */
  until: number;
  readonly names: Set<string>;
}

/** How many ended sessions are remembered. */
export interface EndedBounds {
  /** Of one user; with one more all sessions of that user end. */
  readonly ofUser: number;
  /** Of all users; with one more the sessions of everybody end. */
  readonly inAll: number;
}

/** 256 of a user, and 100,000 in all. */
export const defaultEndedBounds: EndedBounds = { ofUser: 256, inAll: 100_000 };

/**
 * Sessions that were ended, and whose tokens would still open. What one user ends costs nobody else a session: where there are more than can be
 * remembered, that user signs in again.
 */
export class EndedSessions {
  readonly #bounds: EndedBounds;
  /** The one whose last session ended first comes first. */
  readonly #users = new Map<string, EndedOfUser>();
  /** Names of all users. */
  #size = 0;
  #voidUntil = Number.NEGATIVE_INFINITY;

  /** @param bounds - how many are remembered */
  constructor(bounds: EndedBounds = defaultEndedBounds) {
    this.#bounds = bounds;
  }

  /**
   * Whether a token is void, although its own time is not over.
   * @param user - whose it is
   * @param name - of its session
   * @param sealedAt - when it was sealed, milliseconds since 1970
   */
  has(user: string, name: string, sealedAt: number): boolean {
    if (sealedAt <= this.#voidUntil) return true;
    const ended = this.#users.get(user);
    return ended !== undefined && (sealedAt <= ended.voidUntil || ended.names.has(name));
  }

  /**
   * Ends a session.
   * @param user - whose it is
   * @param name - of the session
   * @param now - milliseconds since 1970
   * @param until - when its last token is void anyway
   */
  add(user: string, name: string, now: number, until: number): void {
    for (const [other, ended] of this.#users) {
      if (ended.until > now) break;
      this.#size -= ended.names.size;
      this.#users.delete(other);
    }
    if (this.#size >= this.#bounds.inAll) {
      this.#users.clear();
      this.#size = 0;
      this.#voidUntil = now;
    }
    const ended = this.#users.get(user) ?? { voidUntil: Number.NEGATIVE_INFINITY, until, names: new Set() };
    if (ended.names.size >= this.#bounds.ofUser) {
      this.#size -= ended.names.size;
      ended.names.clear();
      ended.voidUntil = now;
    }
    if (!ended.names.has(name)) this.#size++;
    ended.names.add(name);
    ended.until = until;
    this.#users.delete(user);
    this.#users.set(user, ended);
  }
}
