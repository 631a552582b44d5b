import { connect, type TrustedSocket } from './connect.ts';
import type { AskedName, OutboundOptions } from './connect-options.ts';

/** Options of the HTTP clients of this package. */
export interface HttpOutboundOptions extends OutboundOptions {
  /**
   * Gives the name that a server must have. Default: the host of the URL, by the rules of RFC 9525.
   * @param host - host of the URL, or of the Host header where that names another
   * @param port - port of the URL
   */
  readonly expect?: (host: string, port: number) => AskedName;
  /** Protocols offered by ALPN, most preferred first. Default `http/1.1`. */
  readonly alpn?: readonly string[];
}

/** Where an HTTP client connects to. */
export interface HttpTarget {
  /** Address or name to dial. */
  readonly host: string;
  readonly port: number;
  /** Name that the server must have. */
  readonly name: string;
  readonly localAddress: string | undefined;
}

/**
 * Dials for an HTTP client.
 * @param options - trust, identity, and which servers may answer
 * @param target - where to
 * @returns the socket, judged
 * @throws as `connect`
 */
export function dialFor(options: HttpOutboundOptions, target: HttpTarget): Promise<TrustedSocket> {
  const { expect, ...rest } = options;
  return connect({
    ...rest,
    host: target.host,
    port: target.port,
    expect: expect?.(target.name, target.port) ?? { mode: 'https', name: target.name },
    alpn: options.alpn ?? ['http/1.1'],
    ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
  });
}
