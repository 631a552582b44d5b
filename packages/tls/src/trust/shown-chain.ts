import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PresentedChain } from '@entente/trust';
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
    if (this.#memory === undefined || !this.#socket.authorized) return this.whole();
    const session = this.#socket.getSession();
    const leaf = session === undefined ? undefined : sessionLeaf(session);
    // The session holds the secrets of the connection.
    session?.fill(0);
    const above = leaf === undefined ? undefined : this.#memory.above(leaf);
    return leaf === undefined || above === undefined ? this.whole() : this.#chain([leaf, ...above]);
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

  /**
   * Gives the certificates of a verdict's path, which are enough to ask again as long as the same path holds.
   * @param verdict - the last verdict
   */
  restOf(verdict: TrustedVerdict): PresentedChain {
    return this.#chain(verdict.path.certificates.map(({ der }) => der));
  }

  /**
   * Keeps the intermediates for the next leaf of the same issuer.
   * @param verdict - a verdict that trusts
   */
  remember(verdict: TrustedVerdict): void {
    // Where the chain was not read whole, the memory has it already.
    if (this.#memory === undefined || this.#whole === undefined) return;
    const [leaf, ...above] = verdict.path.certificates;
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
