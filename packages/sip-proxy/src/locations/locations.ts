import type { Binding } from './binding.ts';

/** A value at once, or later where the store is far away. Test with `instanceof Promise` to spare the near case. */
export type Awaitable<T> = T | Promise<T>;

/** What a change decides: the bindings of the address of record from now on (undefined: unchanged), and a result. */
export interface LocationChange<R> {
  readonly bindings?: readonly Binding[];
  readonly result: R;
}

/**
 * Where users are: the store of a registrar.
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
   * Drops what has expired; lookups never see it anyway.
   * @returns how many
   */
  expire(now: number): Awaitable<number>;
}
