/**
 * A value that is read from files and read again when they change. The old value stays in force until the new one is complete.
 */
export interface Store<T> {
  /** The value in force; a change is a new object. */
  readonly current: T;
  /**
   * Calls a listener after each change.
   * @param listener - receives the new value
   * @returns removes the listener
   */
  onChange(listener: (current: T) => void): () => void;
  /** Stops watching the files. The value stays. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a store watches its files. */
export interface FollowOptions {
  /** Whether to read files again when they change. Default true. */
  readonly watch?: boolean;
  /** Milliseconds between checks of the files. Default 1,000. */
  readonly intervalMs?: number;
  /** Called when changed files could not be used, and the old value stays; and for anchors that are used but cannot vouch for anybody. */
  readonly onFault?: (fault: unknown) => void;
}
