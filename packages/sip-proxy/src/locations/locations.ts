import type { Binding } from './binding.ts';

/** A value at once, or later where the store is far away. Test with `instanceof Promise` to spare the near case. */
export type Awaitable<T> = T | Promise<T>;

/** What a change decides: the bindings of the address of record from now on (undefined: unchanged), and a result. */
export interface LocationChange<R> {
  /** All bindings of the address of record from now on, an empty list for none; undefined leaves them as they are. */
  readonly bindings?: readonly Binding[];
  /** What `update` gives its caller. */
  readonly result: R;
}

/**
 * Where users are: the store of a registrar. A change that is promised is acknowledged to the client only once the promise is kept.
 * A store that cannot keep a change now rejects with a `LocationsUnavailableError`: the client is answered 503.
 * @see RFC 3261 §10
 */
export interface Locations {
  /**
   * The bindings of an address of record that have not expired, in no particular order.
   * @param aor - `alice@contoso.example`
   * @param now - milliseconds since 1970
   */
  lookup(aor: string, now: number): Awaitable<readonly Binding[]>;
  /**
   * Changes the bindings of an address of record in one step that no other change can cut into.
   * @param aor - `alice@contoso.example`
   * @param now - milliseconds since 1970
   * @param decide - gets the bindings that have not expired; it may be called again if the store has to retry, and what it
   *   throws leaves everything as it was
   */
  update<R>(
    aor: string,
    now: number,
    decide: (current: readonly Binding[]) => LocationChange<R>,
  ): Awaitable<R>;
  /**
   * Drops the bindings whose connection has broken (RFC 5626 §5.3).
   * @returns how many
   */
  removeFlow(flow: string): Awaitable<number>;
  /**
   * Drops bindings of a user: the account is disabled, moved or gone, or has another password.
   * @param aor - `alice@contoso.example`
   * @param isMeant - whether a binding is to go; without it every one. What was registered since that change, at another server, stays.
   * @returns how many
   */
  removeUser(aor: string, isMeant?: (binding: Binding) => boolean): Awaitable<number>;
  /**
   * Drops what has expired; lookups never see it anyway.
   * @returns how many
   */
  expire(now: number): Awaitable<number>;
  /**
   * Does a part of what {@link expire} does, and goes on from there the next time: one pass over everything keeps requests waiting. A server
   * calls it each second; a store that leaves it out is asked to `expire` each minute.
   * @param now - milliseconds since 1970
   * @param count - addresses of record to look at, 1 or more
   */
  expireSome?(now: number, count: number): Awaitable<void>;
  /**
   * Reports each address of record whose bindings have changed at another server. A store that does not hear of that leaves it out: a request
   * that waits for a user is then woken only by a registration here.
   * @param listener - gets the address of record
   * @returns ends it
   */
  onChangeElsewhere?(listener: (aor: string) => void): () => void;
}
