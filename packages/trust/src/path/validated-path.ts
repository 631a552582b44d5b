import type { Certificate } from '@entente/x509';
import { TrustFault } from '../fault.ts';
import type { TrustAnchor } from '../policy/anchor.ts';

/**
 * A path that has passed every check of stages 2 and 3. Only a judge can create one, because the constructor requires a key that
 * never leaves this package: a `ValidatedPath` is proof of the checks.
 */
export class ValidatedPath {
  readonly #anchor: TrustAnchor;
  readonly #certificates: readonly Certificate[];
  readonly #validUntil: number;

  /** @internal */
  constructor(key: symbol, anchor: TrustAnchor, certificates: readonly Certificate[], validUntil: number) {
    if (key !== pathKey) {
      throw new TrustFault('ENTENTE_PATH_NOT_CONSTRUCTIBLE', {
        sentence: 'expected a path created by a judge, found a call of the constructor',
        place: 'constructor of ValidatedPath',
        remedy: 'call createJudge().judge() for a verdict',
      });
    }
    this.#anchor = anchor;
    this.#certificates = certificates;
    this.#validUntil = validUntil;
    Object.freeze(this);
  }

  /** The anchor at the end of the path. */
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

  /** When time alone ends this path, milliseconds since the epoch: the first expiry, or the end of the grace period. */
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
