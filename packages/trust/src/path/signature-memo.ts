import type { Signed } from '@entente/x509';
import type { VerificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import type { Spending } from './spending.ts';

/** Remembers which signatures verify, so that backtracking and repeated verdicts pay for each one once. */
export class SignatureMemo {
  readonly #results = new WeakMap<Signed, WeakMap<VerificationKey, boolean>>();

  /**
   * @param signed - what is signed
   * @param key - the key it may be signed with
   * @param spending - pays when the platform has to be asked
   */
  verify(signed: Signed, key: VerificationKey, spending: Spending): boolean {
    let byKey = this.#results.get(signed);
    if (byKey === undefined) {
      byKey = new WeakMap();
      this.#results.set(signed, byKey);
    }
    const known = byKey.get(key);
    if (known !== undefined) return known;
    spending.sign(key.price);
    const result = verifySignature(signed, key);
    byKey.set(key, result);
    return result;
  }
}
