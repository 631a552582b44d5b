import type { Certificate } from '@entente/x509';
import type { TrustAnchor } from '../policy/anchor.ts';

/**
 * A path that has passed every check of stages 2 and 3. Only the judge makes one: the constructor is closed by a key that
 * never leaves this package, so whoever holds a `ValidatedPath` holds a proof.
 */
export class ValidatedPath {
  readonly #anchor: TrustAnchor;
  readonly #certificates: readonly Certificate[];
  readonly #validUntil: number;

  /** @internal */
  constructor(key: symbol, anchor: TrustAnchor, certificates: readonly Certificate[], validUntil: number) {
    if (key !== pathKey) {
      throw Object.assign(
        new TypeError(
          'expected a path made by a judge, found an attempt to construct one; ask createJudge().judge() for a verdict',
        ),
        { code: 'ENTENTE_PATH_NOT_CONSTRUCTIBLE' },
      );
    }
    this.#anchor = anchor;
    this.#certificates = certificates;
    this.#validUntil = validUntil;
    Object.freeze(this);
  }

  /** The anchor the path ends in. */
  get anchor(): TrustAnchor {
    return this.#anchor;
  }

  /** From the leaf (depth 0) to the last certificate below the anchor. */
  get certificates(): readonly Certificate[] {
    return this.#certificates;
  }

  /** The leaf. */
  get leaf(): Certificate {
    return this.#certificates[0]!;
  }

  /** The moment (milliseconds since the epoch) at which time alone ends this path: first expiry, or end of grace. */
  get validUntil(): number {
    return this.#validUntil;
  }
}

const pathKey = Symbol('validated path');

/** @internal */
export function sealPath(
  anchor: TrustAnchor,
  certificates: readonly Certificate[],
  validUntil: number,
): ValidatedPath {
  return new ValidatedPath(pathKey, anchor, Object.freeze(certificates), validUntil);
}
