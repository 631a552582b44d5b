import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PresentedChain } from '@entente/trust';
import { sessionLeaf } from './session-leaf.ts';

/**
 * A chain that OpenSSL let through is under 100 kB; this bound only keeps a fault of the platform from looping. The judge has
 * its own, lower limit with a reason.
 */
const mostCertificates = 1_024;

/**
 * What a peer has shown, read from the socket no further than is needed: a judge that knows the issuer needs the leaf alone.
 */
export class ShownChain {
  /** The leaf alone; undefined where the peer showed no certificate. */
  readonly leaf: PresentedChain | undefined;
  readonly #socket: TLSSocket;
  readonly #staple: Uint8Array | undefined;
  #whole: PresentedChain | undefined;

  /**
   * @param socket - a socket whose handshake is done
   * @param stapledOcsp - DER OCSPResponse that came with the handshake
   */
  constructor(socket: TLSSocket, stapledOcsp?: Uint8Array) {
    this.#socket = socket;
    this.#staple = stapledOcsp;
    const session = socket.getSession();
    const leaf = session === undefined ? undefined : sessionLeaf(session);
    // It holds the secrets of the connection.
    session?.fill(0);
    this.leaf = leaf === undefined ? this.whole() : this.#chain([leaf]);
  }

  /**
   * Everything the peer sent, in its order. `getPeerCertificate(true)` would drop alternatives. Read once and kept: OpenSSL's
   * chain is empty after the first look.
   */
  whole(): PresentedChain | undefined {
    this.#whole ??= this.#read();
    return this.#whole;
  }

  #read(): PresentedChain | undefined {
    const certificates: Uint8Array[] = [];
    let at: X509Certificate | undefined = this.#socket.getPeerX509Certificate();
    while (at !== undefined && certificates.length < mostCertificates) {
      certificates.push(at.raw);
      at = at.issuerCertificate;
    }
    return certificates.length === 0 ? this.leaf : this.#chain(certificates);
  }

  #chain(certificates: readonly Uint8Array[]): PresentedChain {
    return this.#staple === undefined ? { certificates } : { certificates, stapledOcsp: this.#staple };
  }
}
