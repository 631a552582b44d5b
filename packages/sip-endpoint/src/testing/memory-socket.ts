import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '@entente/tls';

/** Under which `peerOf` of `@entente/tls` finds what a socket has proven. */
const peerKey = Symbol.for('@entente/tls.peer');

/** Nobody has proven a name: the side that accepts has a client before it. */
const nobody: Peer = {
  protection: 'TLS',
  protocol: 'TLSv1.3',
  cipher: 'none, in memory',
  alpn: undefined,
  peer: undefined,
  verdict: undefined,
};

/** One end of a connection in memory. It has what an endpoint uses of a TLS socket. */
export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether what is written is dropped, and the other end does not learn of the end. */
  isDark = false;
  #other: MemorySocket | undefined;
  #isEnded = false;
  #taken: (() => void) | undefined;

  private constructor(remote: { readonly address: string; readonly port: number }) {
    super({ allowHalfOpen: false });
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    Object.defineProperty(this, peerKey, { value: nobody });
  }

  /**
   * @param client - address and port of the side that dials
   * @param server - of the side that accepts
   * @returns the ends of both
   */
  static pair(
    client: { readonly address: string; readonly port: number },
    server: { readonly address: string; readonly port: number },
  ): readonly [client: MemorySocket, server: MemorySocket] {
    const dialled = new MemorySocket(server);
    const accepted = new MemorySocket(client);
    dialled.#other = accepted;
    accepted.#other = dialled;
    return [dialled, accepted];
  }

  /** For an endpoint, which uses nothing else of a TLS socket. */
  get asTls(): TLSSocket {
    return this as unknown as TLSSocket;
  }

  /** Nothing is gathered here. */
  setNoDelay(): this {
    return this;
  }

  /** Ends once everything is written. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    const other = this.#other;
    if (this.isDark || other === undefined || other.#isEnded || other.push(chunk)) done();
    else other.#taken = done;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _final(done: () => void): void {
    this.#endOther();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#endOther();
    this._read();
    done(error);
  }

  #endOther(): void {
    const other = this.#other;
    if (this.isDark || other === undefined || other.#isEnded || other.destroyed) return;
    other.#isEnded = true;
    other.push(null);
  }
}
