import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PresentedChain } from '@entente/trust';
import type { IssuerMemory } from './issuer-memory.ts';
import type { TrustedVerdict } from './peer.ts';
import { sessionLeaf } from './session-leaf.ts';

/**
 * A chain that OpenSSL let through is under 100 kB; this bound only keeps a fault of the platform from looping. The judge has
 * its own, lower limit with a reason.
 */
const mostCertificates = 1_024;

/**
 * What a peer has shown, read from the socket no further than is needed.
 *
 * The first look at a chain costs 100 µs for each intermediate, because OpenSSL encodes and decodes it anew. Where OpenSSL was
 * given anchors and has built a path itself, the peer has sent a complete chain: then the leaf is read alone, and joined by the
 * intermediates that the last leaf of the same issuer came with.
 */
export class ShownChain {
  readonly #socket: TLSSocket;
  readonly #staple: Uint8Array | undefined;
  readonly #memory: IssuerMemory | undefined;
  #whole: PresentedChain | undefined;

  /**
   * @param socket - a socket whose handshake is done
   * @param stapledOcsp - DER OCSPResponse that came with the handshake
   * @param memory - what other peers of this trust have shown; undefined where OpenSSL was given no anchors
   */
  constructor(socket: TLSSocket, stapledOcsp?: Uint8Array, memory?: IssuerMemory) {
    this.#socket = socket;
    this.#staple = stapledOcsp;
    this.#memory = memory;
  }

  /** What the judge is asked about first: the whole chain, or what stands for it. Undefined where there is no certificate. */
  first(): PresentedChain | undefined {
    if (this.#memory === undefined || !this.#socket.authorized) return this.whole();
    const session = this.#socket.getSession();
    const leaf = session === undefined ? undefined : sessionLeaf(session);
    // It holds the secrets of the connection.
    session?.fill(0);
    const above = leaf === undefined ? undefined : this.#memory.above(leaf);
    return leaf === undefined || above === undefined ? this.whole() : this.#chain([leaf, ...above]);
  }

  /**
   * Everything the peer sent, in its order. `getPeerCertificate(true)` would drop alternatives. Read once and kept: OpenSSL's
   * chain is empty after the first look.
   */
  whole(): PresentedChain | undefined {
    this.#whole ??= this.#read();
    return this.#whole;
  }

  /**
   * The certificates that a verdict rests on: enough to ask again as long as the same path holds.
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
    // Only what was read whole is news.
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
