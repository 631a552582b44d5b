/**
 * A value that follows its files. The old value stays in force until a new one has been read whole.
 */
export interface Store<T> {
  /** The value in force; a change is a new object. */
  readonly current: T;
  /**
   * @param listener - called after each change
   * @returns stops it
   */
  onChange(listener: (current: T) => void): () => void;
  /** Stops following. The value stays. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a store follows its files. */
export interface FollowOptions {
  /** Read again when files change. Default true. */
  readonly watch?: boolean;
  /** Milliseconds between looks at the files. Default 1,000. */
  readonly intervalMs?: number;
  /** Told when changed files could not be used; the old value stays. */
  readonly onFault?: (fault: unknown) => void;
}
