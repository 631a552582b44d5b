/** Requests that change the session of a dialog. */
export type SessionMethod = 'INVITE' | 'UPDATE';

/** Whether a change may be made now; if not, what to answer, and how long the peer should wait in seconds. */
export type SessionChangeVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 491 }
  | { readonly ok: false; readonly status: 500; readonly retryAfterSec: number };

/**
 * Keeps the two sides of a dialog from changing the session at the same time.
 * @see RFC 3261 §14, RFC 3311 §5
 */
export class SessionChanges {
  readonly #local = new Map<SessionMethod, boolean>();
  readonly #remote = new Map<SessionMethod, boolean>();

  /** Whether this side may send the request now: none of its kind and no offer is open in either direction. */
  maySend(method: SessionMethod, withOffer: boolean): boolean {
    if (this.#local.has(method)) return false;
    if (method === 'INVITE' && this.#remote.has('INVITE')) return false;
    return !withOffer || !(hasOffer(this.#local) || hasOffer(this.#remote));
  }

  /** This side sent the request. */
  sent(method: SessionMethod, withOffer: boolean): void {
    this.#local.set(method, withOffer);
  }

  /**
   * The open offer was answered before the final response, for instance in a reliable provisional response or in PRACK: now either
   * side may send another offer with UPDATE (RFC 3311 §5.1).
   */
  offerSettled(): void {
    for (const open of [this.#local, this.#remote]) for (const method of open.keys()) open.set(method, false);
  }

  /** The final response to it arrived, or none will. */
  answered(method: SessionMethod): void {
    this.#local.delete(method);
  }

  /**
   * The peer sent the request.
   * @param retryAfterSec - random, 0 to 10: for Retry-After of a 500
   * @returns 500 while an earlier one of the peer is unanswered, 491 while one of this side is
   */
  receive(method: SessionMethod, withOffer: boolean, retryAfterSec: number): SessionChangeVerdict {
    const tooFast = this.#remote.has(method) || (withOffer && hasOffer(this.#remote));
    if (tooFast)
      return { ok: false, status: 500, retryAfterSec: Math.min(10, Math.max(0, Math.floor(retryAfterSec))) };
    const crossing =
      method === 'INVITE'
        ? this.#local.has('INVITE') || hasOffer(this.#local)
        : withOffer && hasOffer(this.#local);
    if (crossing) return { ok: false, status: 491 };
    this.#remote.set(method, withOffer);
    return { ok: true };
  }

  /** This side sent the final response to the peer's request. */
  replied(method: SessionMethod): void {
    this.#remote.delete(method);
  }
}

/**
 * How long to wait before trying again after a 491.
 * @param ownsCallId - whether this side chose the Call-ID of the dialog
 * @param random - 0 to below 1
 * @returns milliseconds: 2.1 to 4 s for the owner, up to 2 s for the other, in steps of 10 ms
 * @see RFC 3261 §14.1
 */
export function glareDelayMs(ownsCallId: boolean, random: number): number {
  return ownsCallId ? 2_100 + 10 * Math.floor(random * 191) : 10 * Math.floor(random * 201);
}

function hasOffer(open: ReadonlyMap<SessionMethod, boolean>): boolean {
  for (const offer of open.values()) if (offer) return true;
  return false;
}
