const pauseMs = 3_600_000;

/**
 * For how long a certificate of the future is left alone that could not be replaced: it becomes valid by itself, and each attempt leaves an
 * intent in the ledger and a serial number on the list. The time is that of the authority, whose clock may be set to and fro. It ends where another
 * issuing authority issues, as after an answer of a root whose list was of the future.
 */
export class RenewalPause {
  #failedAt = Number.NEGATIVE_INFINITY;
  #issuer: string | undefined;

  /**
   * @param now - milliseconds since 1970, when an attempt has failed
   * @param issuer - identifier of the authority that issues
   */
  failed(now: number, issuer: string): void {
    this.#failedAt = now;
    this.#issuer = issuer;
  }

  /**
   * @param now - milliseconds since 1970
   * @param issuer - identifier of the authority that issues
   */
  isOn(now: number, issuer: string): boolean {
    return this.#issuer === issuer && Math.abs(now - this.#failedAt) < pauseMs;
  }
}
