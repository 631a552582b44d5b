import { isIP, Socket, type TcpNetConnectOpts } from 'node:net';
import * as tls from 'node:tls';
import { abortSignal, required, rule, type Shape, text, wholeNumber, yesOrNo } from '@entente/options';
import type { PresentedChain } from '@entente/trust';
import type { IdentitySource } from '../credential/credential.ts';
import { TlsFault } from '../fault/fault.ts';
import { checks } from '../options/checks.ts';
import { credential, hostToDial, protocols } from '../options/peer-rules.ts';
import { ShownChain } from '../trust/presented-chain.ts';
import { protectionOf } from '../trust/protection.ts';

/** Options of {@link serverChain}. */
export interface ProbeOptions {
  /** IP address or name to dial; with `over` nothing is dialled, and it is for SNI and faults alone. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** Name to send as SNI. Default `host`, where it is a name. */
  readonly name?: string;
  /** A connected socket on which both sides are about to begin TLS, as after STARTTLS. Default: a new connection to `host`. */
  readonly over?: Socket;
  /** What this side shows to a server that asks for a certificate. Default nothing. */
  readonly identity?: IdentitySource;
  /** Whether TLS 1.0 and 1.1 are offered too, with the weak suites of their time: to find out what a server speaks. Default false. */
  readonly offersOldVersions?: boolean;
  /** Protocols offered by ALPN, most preferred first, each 1 to 255 characters. Default: none. */
  readonly alpn?: readonly string[];
  /** Milliseconds for the handshake, 1 to 600,000. Default 10,000. */
  readonly timeoutMs?: number;
  /** Gives up with its reason when it aborts, and dials nothing where it has aborted before. */
  readonly signal?: AbortSignal;
}

/** What a server presents to any client. */
export interface ProbedServer {
  /** Undefined where the server presents no certificate. */
  readonly presented: PresentedChain | undefined;
  /** `TLSv1.3` or `TLSv1.2`; with `offersOldVersions` also `TLSv1.1` or `TLSv1`. */
  readonly protocol: string;
  /** Name of the cipher suite as OpenSSL calls it, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Protocol negotiated by ALPN (RFC 7301); undefined where there is none. */
  readonly alpn: string | undefined;
  /** IP address of the server. */
  readonly address: string;
  /** Milliseconds from the call to the end of the handshake, the TCP connection included; with a fraction. */
  readonly handshakeMs: number;
  /**
   * The alert with which the server ended the connection after it had shown its certificate, as OpenSSL calls it: it requires another
   * certificate of this side, or one at all. With TLS 1.3 an alert is awaited for a second at the most, and until then for a session
   * ticket, which a server sends to those that it lets in (RFC 8446 §4.6.1).
   */
  readonly refusal: string | undefined;
}

const shape: Shape<ProbeOptions> = {
  host: required(hostToDial, 'give the address or name of the server'),
  port: required(wholeNumber(1, 65_535), 'give the port of the server'),
  name: text,
  over: rule('a socket of node:net that is connected', (value) => value instanceof Socket && !value.pending),
  identity: credential,
  offersOldVersions: yesOrNo,
  alpn: protocols,
  timeoutMs: wholeNumber(1, 600_000),
  signal: abortSignal,
};

/** After a handshake of TLS 1.3. */
const refusalWindowMs = 1_000;

/**
 * Reads what a TLS server presents, without judging it and without sending application data, and closes the connection. The
 * caller judges the chain, for example with `explain` of `@entente/trust`.
 *
 * @param given - which server
 * @returns the chain as presented, and what the handshake agreed on
 * @throws TlsFault `ENTENTE_HANDSHAKE_FAILED`, `ENTENTE_TIMEOUT`, `ENTENTE_OPTION_INVALID`; errors of TCP as they are
 */
export async function serverChain(given: ProbeOptions): Promise<ProbedServer> {
  const options = checks.read(given, shape, 'serverChain');
  const { alpn, host, identity, name = host, over, port } = options;
  if (options.signal?.aborted === true) {
    over?.destroy();
    throw options.signal.reason;
  }
  const startedAt = performance.now();
  const settings: tls.ConnectionOptions & tls.TLSSocketOptions & Partial<TcpNetConnectOpts> = {
    ...(over === undefined ? { host, port } : { socket: over }),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    requestOCSP: true,
    ...(options.offersOldVersions === true
      ? { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }
      : { minVersion: 'TLSv1.2' }),
    ca: [],
    ...(identity === undefined
      ? {}
      : { cert: identity.current.certificatePem, key: identity.current.keyPem }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
  const socket = tls.connect(settings);
  try {
    let staple: Uint8Array | undefined;
    socket.once('OCSPResponse', (response: Buffer | null) => {
      if (response !== null && response.length > 0) staple = response;
    });
    const read = (): Omit<ProbedServer, 'refusal'> => ({
      presented: new ShownChain(socket, staple).whole(),
      ...negotiated(socket),
      address: socket.remoteAddress ?? host,
      handshakeMs: performance.now() - startedAt,
    });
    return await answered(socket, options, read);
  } finally {
    socket.on('error', () => {});
    socket.destroy();
    over?.destroy();
  }
}

function negotiated(socket: tls.TLSSocket): Pick<ProbedServer, 'alpn' | 'cipher' | 'protocol'> {
  const { alpn, cipher, protocol } = protectionOf(socket, false);
  return { alpn, cipher, protocol };
}

/** @param read - what the server has shown, as long as the connection is there */
function answered(
  socket: tls.TLSSocket,
  options: ProbeOptions,
  read: () => Omit<ProbedServer, 'refusal'>,
): Promise<ProbedServer> {
  const { host, port, signal, timeoutMs = 10_000 } = options;
  const place = `${host}:${port}`;
  let timer: NodeJS.Timeout | undefined;
  let aborted = (): void => {};
  const answer = new Promise<ProbedServer>((resolve, reject) => {
    let secured: Omit<ProbedServer, 'refusal'> | undefined;
    const end = (refusal?: string): void => {
      if (secured !== undefined) resolve({ ...secured, refusal });
    };
    timer = setTimeout(() => {
      reject(
        new TlsFault('ENTENTE_TIMEOUT', {
          sentence: `expected a TLS handshake, found none after ${timeoutMs} ms`,
          place,
          remedy: 'check that the address is reachable and that the port speaks TLS from the first byte',
        }),
      );
    }, timeoutMs);
    aborted = () => reject(signal?.reason);
    signal?.addEventListener('abort', aborted);
    socket.once('secureConnect', () => {
      secured = read();
      // A server of TLS 1.2 has judged what this side has shown by now.
      if (socket.getProtocol() !== 'TLSv1.3') return end();
      clearTimeout(timer);
      timer = setTimeout(end, refusalWindowMs);
      for (const event of ['session', 'data', 'end', 'close'] as const) socket.once(event, () => end());
    });
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const alert = cause.code ?? cause.message;
      if (cause.syscall !== undefined && secured === undefined) return reject(cause);
      // With TLS 1.2 the handshake fails after the server has shown its chain; before that no suite has been chosen.
      const hasShown = (socket.getCipher() as tls.CipherNameAndProtocol | undefined) !== undefined;
      if (/^ERR_SSL_.*ALERT/.test(alert) && hasShown) {
        secured ??= read();
        return end(alert);
      }
      if (secured !== undefined) return end();
      reject(
        new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
          sentence: `expected a TLS handshake, found ${alert}`,
          place,
          remedy: 'check that the port speaks TLS from the first byte, and TLS 1.2 or 1.3',
          cause,
        }),
      );
    });
  });
  return answer.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', aborted);
  });
}
