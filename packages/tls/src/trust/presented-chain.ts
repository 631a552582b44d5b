import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PresentedChain } from '@entente/trust';
import type { Certificate } from '@entente/x509';
import type { IssuerMemory } from './issuer-memory.ts';
import type { TrustedVerdict } from './peer.ts';
import { sessionLeaf } from './session-leaf.ts';

/**
 * A chain that OpenSSL accepts is under 100 kB; this bound only ends a loop that a defect of the platform would cause. The judge
 * has a lower limit of its own, with a reason.
 */
const mostCertificates = 1_024;

/**
 * The certificates that a peer has presented, read from the socket no further than is needed.
 *
 * Reading a chain costs 100 µs for each intermediate, because OpenSSL encodes and decodes it again. Where OpenSSL was given
 * anchors and has built a path itself, the peer has sent a complete chain: then only the leaf is read, and completed with the
 * intermediates that the last leaf of the same issuer came with.
 */
export class ShownChain {
  readonly #socket: TLSSocket;
  readonly #staple: Uint8Array | undefined;
  readonly #memory: IssuerMemory | undefined;
  #octetsAtHand = 0;
  #whole: PresentedChain | undefined;

  /**
   * @param socket - a socket whose handshake is done
   * @param stapledOcsp - DER of the OCSP response in the handshake
   * @param memory - intermediates of other peers of this trust; undefined where OpenSSL was given no anchors
   */
  constructor(socket: TLSSocket, stapledOcsp?: Uint8Array, memory?: IssuerMemory) {
    this.#socket = socket;
    this.#staple = stapledOcsp;
    this.#memory = memory;
  }

  /** @returns what the judge is asked about first: the whole chain, or its substitute; undefined where there is no certificate */
  first(): PresentedChain | undefined {
    const atHand = this.#withLeafOnly() ?? this.whole();
    this.#octetsAtHand = octetsOf(atHand);
    return atHand;
  }

  /** @returns undefined where the whole chain has to be read */
  #withLeafOnly(): PresentedChain | undefined {
    if (this.#memory === undefined || !this.#socket.authorized) return undefined;
    const session = this.#socket.getSession();
    const leaf = session === undefined ? undefined : sessionLeaf(session);
    // The session holds the secrets of the connection.
    session?.fill(0);
    const above = leaf === undefined ? undefined : this.#memory.above(leaf);
    return leaf === undefined || above === undefined ? undefined : this.#chain([leaf, ...above]);
  }

  /**
   * Reads everything that the peer sent, in its order; `getPeerCertificate(true)` would drop alternatives. Read once and kept,
   * because OpenSSL's chain is empty after the first read.
   * @returns the chain; undefined where there is no certificate
   */
  whole(): PresentedChain | undefined {
    this.#whole ??= this.#read();
    return this.#whole;
  }

  /** Octets of what the peer sent, or of what stood for it where only its leaf was read. */
  get octets(): number {
    return this.#whole === undefined ? this.#octetsAtHand : octetsOf(this.#whole);
  }

  /**
   * Gives the certificates of a verdict's path, which are enough to ask again as long as the same path holds.
   * @param verdict - the last verdict
   */
  restOf(verdict: TrustedVerdict): PresentedChain {
    return this.#chain(verdict.path.certificates.map(({ der }) => der));
  }

  /**
   * Keeps the intermediates for the next leaf of the same issuer. Of what the peer has sent, the certificates of the path are kept as the verdict
   * has them: it gives the same octets to all connections of a leaf.
   * @param verdict - a verdict that trusts
   */
  remember(verdict: TrustedVerdict): void {
    const { certificates } = verdict.path;
    // Where the chain was not read whole, the memory has it already.
    if (this.#whole === undefined) return;
    this.#whole = this.#chain(this.#whole.certificates.map((der) => sharedOf(der, certificates)));
    if (this.#memory === undefined) return;
    const [leaf, ...above] = certificates;
    if (leaf !== undefined)
      this.#memory.remember(
        leaf.der,
        above.map(({ der }) => der),
      );
  }

  #read(): PresentedChain | undefined {
    const certificates: Uint8Array[] = [];
    let at: X509Certificate | undefined = this.#socket.getPeerX509Certificate();
    while (at !== undefined && certificates.length < mostCertificates) {
      certificates.push(at.raw);
      at = at.issuerCertificate;
    }
    return certificates.length === 0 ? undefined : this.#chain(certificates);
  }

  #chain(certificates: readonly Uint8Array[]): PresentedChain {
    return this.#staple === undefined ? { certificates } : { certificates, stapledOcsp: this.#staple };
  }
}

function octetsOf(chain: PresentedChain | undefined): number {
  return chain?.certificates.reduce((sum, { length }) => sum + length, 0) ?? 0;
}

function sharedOf(der: Uint8Array, path: readonly Certificate[]): Uint8Array {
  for (const { der: shared } of path) {
    if (shared === der || (shared.length === der.length && Buffer.compare(shared, der) === 0)) return shared;
  }
  return der;
}
