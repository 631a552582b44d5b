import { element } from './der-element.ts';
import type { Trust } from './trust.ts';

/** Greatest number of issuers remembered for one trust. */
const mostIssuers = 256;
/** Octets of their names and certificates: a peer that is trusted may present some 100 kB of them. */
const mostOctets = 1_024 * 1_024;
/** Of one issuer; the chain of another one is read whole at each handshake. */
const mostOctetsOfOne = 32 * 1_024;

const memories = new WeakMap<Trust, IssuerMemory>();

/**
 * The intermediates that peers of one trust have presented, by the name of the leaf's issuer. The judge gets them as candidates
 * and validates them in every verdict.
 */
export class IssuerMemory {
  readonly #byIssuer = new Map<string, readonly Uint8Array[]>();
  #octets = 0;

  /**
   * Gives the memory of a trust.
   * @param trust - whose peers
   */
  static of(trust: Trust): IssuerMemory {
    let memory = memories.get(trust);
    if (memory === undefined) {
      memory = new IssuerMemory();
      memories.set(trust, memory);
    }
    return memory;
  }

  /**
   * Gives the intermediates that a leaf of the same issuer came with.
   * @param leaf - DER of a leaf
   * @returns DER of the intermediates, from the path of the last trusted leaf; undefined where there is none
   */
  above(leaf: Uint8Array): readonly Uint8Array[] | undefined {
    const issuer = issuerOf(leaf);
    return issuer === undefined ? undefined : this.#byIssuer.get(issuer);
  }

  /**
   * Keeps the intermediates of a path.
   * @param leaf - DER of a trusted leaf
   * @param intermediates - DER of the intermediates of its path
   */
  remember(leaf: Uint8Array, intermediates: readonly Uint8Array[]): void {
    const issuer = issuerOf(leaf);
    if (issuer === undefined) return;
    const octets = octetsOf(issuer, intermediates);
    if (octets > mostOctetsOfOne) return;
    this.#forget(issuer);
    for (const oldest of this.#byIssuer.keys()) {
      if (this.#byIssuer.size < mostIssuers && this.#octets + octets <= mostOctets) break;
      this.#forget(oldest);
    }
    this.#byIssuer.set(issuer, intermediates);
    this.#octets += octets;
  }

  #forget(issuer: string): void {
    const known = this.#byIssuer.get(issuer);
    if (known === undefined) return;
    this.#byIssuer.delete(issuer);
    this.#octets -= octetsOf(issuer, known);
  }
}

function octetsOf(issuer: string, intermediates: readonly Uint8Array[]): number {
  return intermediates.reduce((sum, { length }) => sum + length, issuer.length);
}

/** The issuer's name in DER, as a string: the fourth field of TBSCertificate, after [0] version (RFC 5280 §4.1). */
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
