import type { SpendOutcome, StoredJoinToken } from './ledger.ts';

interface HeldToken {
  readonly token: StoredJoinToken;
  /** The key that has used it; `null` where the file does not say which one did. */
  spentBy: string | null | undefined;
}

/** The join tokens of a ledger. */
export class TokenState {
  readonly #tokens = new Map<string, HeldToken>();

  add(token: StoredJoinToken): void {
    this.#tokens.set(token.secretHash, { token, spentBy: undefined });
  }

  spend(secretHash: string, keyHash: string | undefined): void {
    const held = this.#tokens.get(secretHash);
    if (held !== undefined) held.spentBy = keyHash ?? null;
  }

  /** The outcome of spending the token now; without `server`: by the server that it is bound to. */
  outcomeOfSpending(secretHash: string, keyHash: string, now: number, server?: string): SpendOutcome {
    const held = this.#tokens.get(secretHash);
    if (held === undefined) return { ok: false, reason: 'token-unknown' };
    const { spentBy, token } = held;
    if (spentBy !== undefined && spentBy !== keyHash) return { ok: false, reason: 'token-spent', token };
    if (now > token.notAfter) return { ok: false, reason: 'token-expired', token };
    if (server !== undefined && server !== token.server) {
      return { ok: false, reason: 'token-for-another-server', token };
    }
    return { ok: true, token, again: spentBy !== undefined };
  }
}
