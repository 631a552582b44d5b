import { checkObject } from '../syntax/check-object.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { detached } from '../syntax/detached.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/** What {@link ReplayWindow.accept} decides. `stale`: too old to decide, the client needs a new nonce. */
export type ReplayVerdict = 'accepted' | 'replayed' | 'stale';

interface Use {
  readonly createdAt: number;
  /** Highest nonce count seen. */
  highest: number;
  /** Bit i: the count `highest - i` was seen. */
  seen: number;
}

/** How far a count may lag behind the highest one: requests in flight at the same time may overtake each other. */
const width = 32;

/** A bound that is none would let the window grow without one. */
function checkBound(value: unknown, name: string): void {
  if (typeof value === 'number' && value > 0) return;
  throw new SipArgumentError(
    `expected a number above 0, found ${kindOf(value)}`,
    `${name} of a ReplayWindow`,
    `set ${name} to a number above 0`,
  );
}

/**
 * Remembers which counts were used with which nonce, in bounded memory. Only nonces of valid credentials are stored, so other
 * clients cannot fill it. A nonce that is no longer stored is refused as stale, never accepted.
 * @see RFC 7616 §3.4 (nc), §5.12
 */
export class ReplayWindow {
  readonly #maxNonces: number;
  readonly #lifetimeMs: number;
  readonly #uses = new Map<string, Use>();
  /** Nonces created up to this time may have been removed while they were still valid. */
  #forgottenUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param options - `lifetimeMs` of a nonce; `maxNonces` remembered at once, default 100,000 (about 15 MB)
   */
  constructor(options: { readonly lifetimeMs: number; readonly maxNonces?: number }) {
    checkObject(options, 'options of a ReplayWindow', 'give { lifetimeMs, maxNonces }');
    const { lifetimeMs, maxNonces = 100_000 } = options;
    checkBound(lifetimeMs, 'lifetimeMs');
    checkBound(maxNonces, 'maxNonces');
    this.#lifetimeMs = lifetimeMs;
    this.#maxNonces = maxNonces;
  }

  /** Nonces remembered. */
  get size(): number {
    return this.#uses.size;
  }

  /** When a nonce in the window was created; such a nonce has been verified before. */
  createdAt(nonce: string): number | undefined {
    return this.#uses.get(nonce)?.createdAt;
  }

  /**
   * Records one use; call it after all other checks of the authorization have passed.
   * @param nonce - a nonce whose HMAC was verified
   * @param createdAt - its time in milliseconds since 1970
   * @param count - the nonce count, 1 to 2^32 − 1
   * @param now - milliseconds since 1970
   */
  accept(nonce: string, createdAt: number, count: number, now: number): ReplayVerdict {
    const use = this.#uses.get(nonce);
    if (use === undefined) {
      if (createdAt <= this.#forgottenUntil) return 'stale';
      this.#makeRoom(now);
      this.#uses.set(detached(nonce), { createdAt, highest: count, seen: 1 });
      return 'accepted';
    }
    if (count > use.highest) {
      const step = count - use.highest;
      use.seen = step >= width ? 1 : (use.seen << step) | 1;
      use.highest = count;
      return 'accepted';
    }
    const behind = use.highest - count;
    if (behind >= width) return 'stale';
    const bit = 1 << behind;
    if ((use.seen & bit) !== 0) return 'replayed';
    use.seen |= bit;
    return 'accepted';
  }

  #makeRoom(now: number): void {
    for (const [nonce, use] of this.#uses) {
      const expired = now - use.createdAt > this.#lifetimeMs;
      if (!expired && this.#uses.size < this.#maxNonces) return;
      if (!expired) this.#forgottenUntil = Math.max(this.#forgottenUntil, use.createdAt);
      this.#uses.delete(nonce);
    }
  }
}
