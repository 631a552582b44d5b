/** A secret key, and the epoch in which it seals. */
export interface EpochKey {
  /** Counts up with each new key. */
  readonly epoch: number;
  /** 32 secret bytes or more. */
  readonly key: Uint8Array;
}

/**
 * The keys of the servers that share their tokens, for one purpose. They change from epoch to epoch; what was sealed in an epoch before
 * can be read as long as its key is kept.
 */
export interface EpochKeys {
  /** The key that seals now. */
  readonly current: EpochKey;
  /**
   * The key of an epoch, for opening.
   * @param epoch - as a token names it: the lowest 16 bits of its number
   * @returns undefined where what was sealed then is no longer read
   */
  keyOf(epoch: number): Uint8Array | undefined;
}

/**
 * Keys that never change.
 * @param key - 32 secret bytes or more
 */
export function singleEpoch(key: Uint8Array): EpochKeys {
  const current = { epoch: 0, key };
  return { current, keyOf: (epoch) => (epoch === current.epoch ? key : undefined) };
}
