import type { Signed } from '@entente/x509';
import type { VerificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import type { Spending } from './spending.ts';

/** What a key says of a signature. */
interface Result {
  readonly key: VerificationKey;
  readonly verifies: boolean;
}

/** Remembers which signatures verify, so that backtracking pays for each one once. Lives as long as one verdict. */
export class SignatureMemo {
  // Most verdicts check as many signatures as a path is long: these are kept without a map.
  readonly #first: (Result & { readonly signed: Signed })[] = [];
  #others: Map<Signed, Map<VerificationKey, boolean>> | undefined;

  /**
   * @param signed - what is signed
   * @param key - the key it may be signed with
   * @param spending - pays when the platform has to be asked
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
 * The same for CRLs and OCSP responses that a server holds: they are asked again and again, so results are kept for as long as
 * the object is. Not for what peers present: weak references by the thousand would cost more than they save.
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

/** Peers present candidate signers; their keys must not pile up. */
const maxKeys = 8;
