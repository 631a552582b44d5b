import { element } from './der-element.ts';
import type { Trust } from './trust.ts';

/** Issuers remembered for each trust. */
const mostIssuers = 256;

const memories = new WeakMap<Trust, IssuerMemory>();

/**
 * The intermediates that peers of one trust have shown, by the name of the leaf's issuer. They are only offered to the judge,
 * who proves them at every verdict like any others.
 */
export class IssuerMemory {
  readonly #byIssuer = new Map<string, readonly Uint8Array[]>();

  /** @param trust - whose peers */
  static of(trust: Trust): IssuerMemory {
    let memory = memories.get(trust);
    if (memory === undefined) {
      memory = new IssuerMemory();
      memories.set(trust, memory);
    }
    return memory;
  }

  /**
   * @param leaf - DER of a leaf
   * @returns the intermediates above its issuer's last leaf that was believed
   */
  above(leaf: Uint8Array): readonly Uint8Array[] | undefined {
    const issuer = issuerOf(leaf);
    return issuer === undefined ? undefined : this.#byIssuer.get(issuer);
  }

  /**
   * @param leaf - DER of a leaf that was believed
   * @param intermediates - DER of what its path went over
   */
  remember(leaf: Uint8Array, intermediates: readonly Uint8Array[]): void {
    const issuer = issuerOf(leaf);
    if (issuer === undefined) return;
    if (this.#byIssuer.size >= mostIssuers) this.#byIssuer.clear();
    this.#byIssuer.set(issuer, intermediates);
  }
}

/** The issuer's name in DER as a string: TBSCertificate is [0] version, serialNumber, signature, issuer (RFC 5280 §4.1). */
function issuerOf(leaf: Uint8Array): string | undefined {
  const certificate = element(leaf, 0);
  const tbs = certificate && element(leaf, certificate.from);
  const version = tbs && element(leaf, tbs.from);
  if (version?.tag !== 0xa0) return undefined;
  const serial = element(leaf, version.end);
  const signature = serial && element(leaf, serial.end);
  const issuer = signature && element(leaf, signature.end);
  if (issuer === undefined) return undefined;
  return Buffer.from(leaf.buffer, leaf.byteOffset + issuer.from, issuer.end - issuer.from).toString('latin1');
}
