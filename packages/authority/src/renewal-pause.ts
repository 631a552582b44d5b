const pauseMs = 3_600_000;

/**
 * For how long a certificate of the future is left alone that could not be replaced: it becomes valid by itself, and each attempt leaves an
 * intent in the ledger and a serial number on the list. The time is that of the authority, whose clock may be set to and fro.
 */
export class RenewalPause {
  #failedAt = Number.NEGATIVE_INFINITY;

  /** @param now - milliseconds since 1970, when an attempt has failed */
  failed(now: number): void {
    this.#failedAt = now;
  }

  /** @param now - milliseconds since 1970 */
  isOn(now: number): boolean {
    return Math.abs(now - this.#failedAt) < pauseMs;
  }
}
