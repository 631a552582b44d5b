import type { Signed } from '@entente/x509';
import type { VerificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import type { Spending } from './search-budget.ts';

/** Whether a signature verifies with a key. */
interface Result {
  readonly key: VerificationKey;
  readonly verifies: boolean;
}

/** Remembers which signatures verify, so that backtracking verifies each one once. Lives as long as one verdict. */
export class SignatureMemo {
  // Most verdicts verify one signature for each certificate of the path: these need no map.
  readonly #first: (Result & { readonly signed: Signed })[] = [];
  #others: Map<Signed, Map<VerificationKey, boolean>> | undefined;

  /**
   * @param signed - certificate, CRL or OCSP response
   * @param key - the key it may be signed with
   * @param spending - charged where the signature has to be verified
   */
  verify(signed: Signed, key: VerificationKey, spending: Spending): boolean {
    for (const known of this.#first) if (known.signed === signed && known.key === key) return known.verifies;
    const known = this.#others?.get(signed)?.get(key);
    if (known !== undefined) return known;
    spending.sign(key.price);
    const verifies = verifySignature(signed, key);
    if (this.#first.length < maxFirst) {
      this.#first.push({ signed, key, verifies });
      return verifies;
    }
    this.#others ??= new Map();
    const byKey = this.#others.get(signed);
    if (byKey === undefined) this.#others.set(signed, new Map([[key, verifies]]));
    else byKey.set(key, verifies);
    return verifies;
  }
}

const maxFirst = 4;

/**
 * The same for CRLs and OCSP responses that a server keeps: they are used at many verdicts, so a result is kept as long as its
 * object. Not for what peers present: thousands of weak references would cost more than they save.
 */
export class LastingSignatureMemo {
  readonly #results = new WeakMap<Signed, Result[]>();

  /** As in {@link SignatureMemo}. */
  verify(signed: Signed, key: VerificationKey, spending: Spending): boolean {
    const results = this.#results.get(signed);
    if (results !== undefined) for (const known of results) if (known.key === key) return known.verifies;
    spending.sign(key.price);
    const verifies = verifySignature(signed, key);
    if (results === undefined || results.length >= maxKeys) this.#results.set(signed, [{ key, verifies }]);
    else results.push({ key, verifies });
    return verifies;
  }
}

/** Peers present candidate signers; their keys must not accumulate. */
const maxKeys = 8;
