import { isIP, type TcpNetConnectOpts } from 'node:net';
import * as tls from 'node:tls';
import type { PresentedChain } from '@entente/trust';
import { TlsFault } from '../fault/fault.ts';
import { required, type Shape, text, wholeNumber } from '../options/option-rule.ts';
import { abortSignal, protocols } from '../options/peer-rules.ts';
import { readOptions } from '../options/read-options.ts';
import { protectionOf } from '../trust/protection.ts';
import { ShownChain } from '../trust/shown-chain.ts';

/** Options of {@link serverChain}. */
export interface ProbeOptions {
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** Name to send as SNI. Default `host`, where it is a name. */
  readonly name?: string;
  readonly alpn?: readonly string[];
  /** Milliseconds for the handshake, 1 to 600,000. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What a server presents to any client. */
export interface ProbedServer {
  /** Undefined where the server presents no certificate. */
  readonly presented: PresentedChain | undefined;
  readonly protocol: string;
  readonly cipher: string;
  readonly alpn: string | undefined;
  /** IP address of the server. */
  readonly address: string;
  readonly handshakeMs: number;
}

const shape: Shape<ProbeOptions> = {
  host: required(text, 'give the address or name of the server'),
  port: required(wholeNumber(1, 65_535), 'give the port of the server'),
  name: text,
  alpn: protocols,
  timeoutMs: wholeNumber(1, 600_000),
  signal: abortSignal,
};

/**
 * Reads what a TLS server presents, without judging it and without sending application data, and closes the connection. The
 * caller judges the chain, for example with `explain` of `@entente/trust`.
 *
 * @param given - which server
 * @returns the chain as presented, and what the handshake agreed on
 * @throws TlsFault `ENTENTE_HANDSHAKE_FAILED`, `ENTENTE_TIMEOUT`, `ENTENTE_OPTION_INVALID`; errors of TCP as they are
 */
export async function serverChain(given: ProbeOptions): Promise<ProbedServer> {
  const options = readOptions(given, shape, 'serverChain');
  const startedAt = performance.now();
  const place = `${options.host}:${options.port}`;
  const name = options.name ?? options.host;
  const settings: tls.ConnectionOptions & tls.TLSSocketOptions & TcpNetConnectOpts = {
    host: options.host,
    port: options.port,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    requestOCSP: true,
    minVersion: 'TLSv1.2',
    ca: [],
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
  };
  const socket = tls.connect(settings);
  try {
    let staple: Uint8Array | undefined;
    socket.once('OCSPResponse', (response: Buffer | null) => {
      if (response !== null && response.length > 0) staple = response;
    });
    await secured(socket, options, place);
    const { protocol, cipher, alpn } = protectionOf(socket, false);
    return {
      presented: new ShownChain(socket, staple).whole(),
      protocol,
      cipher,
      alpn,
      address: socket.remoteAddress ?? options.host,
      handshakeMs: performance.now() - startedAt,
    };
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
}

function secured(socket: tls.TLSSocket, { timeoutMs = 10_000, signal }: ProbeOptions, place: string) {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new TlsFault('ENTENTE_TIMEOUT', {
          sentence: `expected a TLS handshake, found none after ${timeoutMs} ms`,
          place,
          remedy: 'check that the address is reachable and that the port speaks TLS from the first byte',
        }),
      );
    }, timeoutMs);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (cause.syscall !== undefined) reject(cause);
      else
        reject(
          new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
            sentence: `expected a TLS handshake, found ${cause.code ?? cause.message}`,
            place,
            remedy: 'check that the port speaks TLS from the first byte, and TLS 1.2 or 1.3',
            cause,
          }),
        );
    });
  });
}
