import { isIP, type TcpNetConnectOpts } from 'node:net';
import * as tls from 'node:tls';
import {
  type IdentityExpectation,
  type LinkContext,
  type PeerIdentity,
  type Rejection,
  reject,
} from '@entente/trust';
import { refuseDisabledChecks } from '../credential/platform-settings.ts';
import { callBack } from '../fault/call-back.ts';
import { TlsFault, TrustError } from '../fault/fault.ts';
import { warnOfFault } from '../fault/warn-of-fault.ts';
import { type AdmissionOwner, admitSocket } from '../live/admitted-connection.ts';
import { closeWhenBroken } from '../live/close-when-broken.ts';
import { tooManyEmptyOctets } from '../live/reject-empty-tls-records.ts';
import { tellAdmitted, tellRefused } from '../live/trust-channels.ts';
import { checks } from '../options/checks.ts';
import { claimOf } from '../refusal/claimed-name.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import { refusedByPeer, watchForRefusal } from '../refusal/refused-by-peer.ts';
import { authoriseOf } from '../trust/allow.ts';
import { type Asking, judgeSocket, type Outcome } from '../trust/judge-socket.ts';
import { completeLink } from '../trust/link.ts';
import { peerOf, type RefusedVerdict } from '../trust/peer.ts';
import { protectionOf } from '../trust/protection.ts';
import { clientContext } from './client-context.ts';
import { type ConnectOptions, defaultTimeoutMs } from './connect-options.ts';
import { connectShape } from './outbound-shape.ts';
import { watchDialled } from './watch-dialled.ts';
import { within } from './with-timeout.ts';

/** A socket that has passed the verdict; `peerOf(socket)` gives the peer. */
export type TrustedSocket = tls.TLSSocket;

const defaultRefusalWindowMs = 5_000;

/**
 * Dials, or takes a connection that is open, and returns the socket once the verdict trusts the server for the expected name.
 *
 * The server's verdict on this side may come later: with TLS 1.3 the handshake of a client ends first (RFC 8446 §2). Where
 * the server then closes without having sent a byte, the socket fails with a `TrustError` whose reason is `peer-refused`.
 *
 * @param given - where to dial, trust, expected name, and which servers may answer
 * @returns a socket from which nothing was read yet
 * @throws TrustError `ENTENTE_REFUSED` with rejection and verdict
 * @throws TlsFault `ENTENTE_HANDSHAKE_FAILED`, `ENTENTE_TIMEOUT`, `ENTENTE_PLATFORM_CHECKS_OFF`, `ENTENTE_OPTION_INVALID`; errors
 * of TCP as they are
 */
export async function connect(given: ConnectOptions): Promise<TrustedSocket> {
  refuseDisabledChecks();
  const options = checks.read(given, connectShape, 'connect');
  options.signal?.throwIfAborted();
  const dial = new Dial(options);
  try {
    return await dial.finish();
  } catch (error) {
    dial.socket.destroy();
    options.over?.destroy();
    throw error;
  }
}

class Dial implements AdmissionOwner {
  readonly socket: tls.TLSSocket;
  readonly #options: ConnectOptions;
  readonly #link: LinkContext;
  readonly #place: string;
  #staple: Uint8Array | undefined;
  #broken: Error | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#link = completeLink('outbound', options.link);
    this.#place = `${options.host}:${options.port}`;
    const name = serverNameFor(options.expect, options.host);
    const dialled: tls.ConnectionOptions & tls.TLSSocketOptions & Partial<TcpNetConnectOpts> = {
      ...(options.over === undefined ? { host: options.host, port: options.port } : { socket: options.over }),
      secureContext: clientContext(options.trust, options.identity?.current, this.#link, options.minVersion),
      // The verdict decides; what OpenSSL and Node find is at most evidence.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      requestOCSP: true,
      ...(name === undefined ? {} : { servername: name }),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
    };
    this.socket = tls.connect(dialled);
    closeWhenBroken(this.socket, (rejection) => this.#tellBroken(rejection));
    this.socket.once('error', (error) => {
      this.#broken = error;
    });
    this.socket.once('OCSPResponse', (response: Buffer | null) => {
      if (response !== null && response.length > 0) this.#staple = response;
    });
  }

  async finish(): Promise<TrustedSocket> {
    const { signal, timeoutMs = defaultTimeoutMs } = this.#options;
    const startedAt = performance.now();
    const versionBefore = this.#options.trust.version;
    await within(this.#secured(), timeoutMs, signal, this.#place);
    const left = Math.max(1, timeoutMs - (performance.now() - startedAt));
    const asking = this.#asking(left);
    const outcome = await within(
      Promise.resolve(judgeSocket(this.socket, asking, this.#protection(), this.#staple)),
      left + 1_000,
      signal,
      this.#place,
    );
    return this.#conclude(outcome, asking, versionBefore);
  }

  #secured(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const forget = () => {
        socket.off('secureConnect', done);
        socket.off('error', failed);
        socket.off('close', closed);
      };
      const done = () => {
        forget();
        resolve();
      };
      const failed = (error: Error) => {
        forget();
        reject(this.#handshakeError(error));
      };
      const closed = () => failed(new Error('closed during the handshake'));
      socket.on('secureConnect', done);
      socket.on('error', failed);
      socket.on('close', closed);
    });
  }

  #handshakeError(error: Error): Error {
    if (isAboutVersion(error)) return this.#noCommonVersion(error);
    if (isAboutProtocol(error)) return this.#noCommonProtocol(error);
    const rejection = refusedByPeer(error);
    if (rejection !== undefined) {
      const refusal = new TrustError(rejection, this.#place, undefined, error);
      this.#tell(refusal, 'peer');
      return refusal;
    }
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Errors of TCP (connect, read) are clear by themselves; the rest comes from OpenSSL or from a close without an alert.
    if (syscall !== undefined && code !== undefined) return error;
    return new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
      sentence: `expected a TLS handshake, found ${code ?? error.message}`,
      place: this.#place,
      remedy:
        'check that the port speaks TLS, and that both sides share a protocol version and a cipher suite',
      cause: error,
    });
  }

  /** An alert, but none about this side's certificate. */
  #noCommonVersion(cause: NodeJS.ErrnoException): TlsFault {
    const isStrict = this.#options.minVersion !== 'TLSv1.2';
    return new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
      sentence: `expected a server that speaks ${isStrict ? 'TLS 1.3' : 'TLS 1.2 or 1.3'}, found one that does not (${cause.code})`,
      place: this.#place,
      remedy: isStrict
        ? "turn TLS 1.3 on at the server; where it cannot speak it, minVersion: 'TLSv1.2' lets this side speak TLS 1.2"
        : 'turn TLS 1.2 and 1.3 on at the server (RFC 8996)',
      cause,
    });
  }

  /** Another alert that is none about this side's certificate (RFC 7301 §3.2). */
  #noCommonProtocol(cause: NodeJS.ErrnoException): TlsFault {
    const offered = this.#options.alpn?.join(' or ') || 'what is offered';
    return new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
      sentence: `expected a server that takes ${offered}, found one that takes none of them (${cause.code})`,
      place: this.#place,
      remedy:
        'offer a protocol of the server with the option alpn; serve(http2, …) takes HTTP/1.1 as well with http: { http1Fallback: true }',
      cause,
    });
  }

  #asking(verdictTimeoutMs: number): Asking {
    const { trust, expect, allow, dane } = this.#options;
    return {
      trust,
      link: this.#link,
      identity: expect,
      authorise: authoriseOf(allow, 'connect'),
      dane,
      certificate: 'required',
      secondOpinion: this.#link.interface !== 'external' && trust.platformAnchors !== undefined,
      verdictTimeoutMs,
    };
  }

  #protection() {
    // Node shows a client that it was asked for a certificate only by the signature algorithms of the request (RFC 8446 §4.3.2).
    const asked = this.#options.identity !== undefined && this.socket.getSharedSigalgs().length > 0;
    return protectionOf(this.socket, asked);
  }

  #conclude(outcome: Outcome, asking: Asking, judgedUnder: string): TrustedSocket {
    const { socket } = this;
    if (!outcome.admitted) {
      const error = new TrustError(outcome.rejection, this.#place, outcome.verdict);
      this.#tell(error, 'handshake', undefined, outcome.leaf);
      throw error;
    }
    if (socket.destroyed) {
      const error = new TrustError(
        refusedByPeer(this.#broken) ?? reject('peer-refused', {}),
        this.#place,
        undefined,
        this.#broken,
      );
      this.#tell(error, 'peer');
      throw error;
    }
    this.#admit(outcome, asking, judgedUnder);
    return socket;
  }

  #admit(outcome: Extract<Outcome, { admitted: true }>, asking: Asking, judgedUnder: string): void {
    const { socket } = this;
    watchForRefusal(socket, {
      place: this.#place,
      windowMs: this.#options.refusalWindowMs ?? defaultRefusalWindowMs,
      refused: (error) => this.#tell(error, 'peer'),
    });
    admitSocket(socket, outcome, asking, judgedUnder, this);
    watchDialled(socket, () => this.#closeFor(tooManyEmptyOctets));
    tellAdmitted(socket, 'outbound', this.#link.name);
  }

  withdrawn(socket: tls.TLSSocket, rejection: Rejection, verdict: RefusedVerdict, peer: PeerIdentity): void {
    const error = new TrustError(rejection, this.#place, verdict);
    this.#tell(error, 'live', peer);
    socket.destroy(error);
  }

  #closeFor(rejection: Rejection): void {
    const error = new TrustError(rejection, this.#place);
    this.#tell(error, 'live', peerOf(this.socket)?.peer);
    this.socket.destroy(error);
  }

  /** Before the verdict it is the dialling that fails of it. */
  #tellBroken(rejection: Rejection): void {
    const admitted = peerOf(this.socket);
    if (admitted !== undefined) this.#tell(new TrustError(rejection, this.#place), 'live', admitted.peer);
  }

  failed(socket: tls.TLSSocket, error: unknown): void {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }

  /** Whatever the caller does with a refusal, the dial fails by it and an open connection is closed. */
  #tell(error: TrustError, when: ConnectionRefusal['when'], known?: PeerIdentity, leaf?: Uint8Array): void {
    const peer = error.verdict?.peer ?? known;
    const refusal: ConnectionRefusal = {
      rejection: error.rejection,
      verdict: error.verdict,
      peer,
      ...claimOf(peer, leaf),
      link: this.#link,
      when,
      remoteAddress: this.socket.remoteAddress ?? this.#options.host,
      remotePort: this.socket.remotePort ?? this.#options.port,
    };
    tellRefused(refusal, 'outbound');
    callBack(this.#options.onRefusal, refusal, warnOfFault);
  }
}

/**
 * The name to send as SNI (RFC 6066 §3 allows DNS names only): the expected one, also where another one is dialled.
 */
function serverNameFor(expect: IdentityExpectation, host: string): string | undefined {
  const name =
    expect.mode === 'sip-domain'
      ? expect.domain
      : expect.mode === 'host' || expect.mode === 'https'
        ? expect.name
        : host;
  return isIP(name) === 0 && name !== '' ? name : undefined;
}

/** Both sides have no protocol version in common: found by the server (RFC 8446 §6.2), or by this side. */
function isAboutVersion({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' || code === 'ERR_SSL_UNSUPPORTED_PROTOCOL';
}

/** The server takes none of the protocols that were offered by ALPN. */
function isAboutProtocol({ code }: NodeJS.ErrnoException): boolean {
  return code?.endsWith('ALERT_NO_APPLICATION_PROTOCOL') === true;
}
