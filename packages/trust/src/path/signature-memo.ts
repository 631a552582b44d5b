import type { Signed } from '@entente/x509';
import type { VerificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import type { Spending } from './spending.ts';

/** Remembers which signatures verify, so that backtracking pays for each one once. Lives as long as one verdict. */
export class SignatureMemo {
  // A verdict on a known issuer checks one signature: it is kept without a map.
  #signed: Signed | undefined;
  #key: VerificationKey | undefined;
  #result = false;
  #others: Map<Signed, Map<VerificationKey, boolean>> | undefined;

  /**
   * @param signed - what is signed
   * @param key - the key it may be signed with
   * @param spending - pays when the platform has to be asked
   */
  verify(signed: Signed, key: VerificationKey, spending: Spending): boolean {
    if (signed === this.#signed && key === this.#key) return this.#result;
    const known = this.#others?.get(signed)?.get(key);
    if (known !== undefined) return known;
    spending.sign(key.price);
    const result = verifySignature(signed, key);
    if (this.#signed === undefined) {
      this.#signed = signed;
      this.#key = key;
      this.#result = result;
      return result;
    }
    this.#others ??= new Map();
    const byKey = this.#others.get(signed);
    if (byKey === undefined) this.#others.set(signed, new Map([[key, result]]));
    else byKey.set(key, result);
    return result;
  }
}

/**
 * The same for CRLs and OCSP responses that a server holds: they are asked again and again, so results are kept for as long as
 * the object is. Not for what peers present: weak references by the thousand would cost more than they save.
 */
export class LastingSignatureMemo {
  readonly #results = new WeakMap<Signed, Map<VerificationKey, boolean>>();

  /** As in {@link SignatureMemo}. */
  verify(signed: Signed, key: VerificationKey, spending: Spending): boolean {
    let byKey = this.#results.get(signed);
    const known = byKey?.get(key);
    if (known !== undefined) return known;
    spending.sign(key.price);
    const result = verifySignature(signed, key);
    if (byKey === undefined || byKey.size >= maxKeys) {
      byKey = new Map();
      this.#results.set(signed, byKey);
    }
    byKey.set(key, result);
    return result;
  }
}

/** Peers present candidate signers; their keys must not pile up. */
const maxKeys = 8;
