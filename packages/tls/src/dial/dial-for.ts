import { connect, type TrustedSocket } from './connect.ts';
import type { AskedName, OutboundOptions } from './connect-options.ts';

/** How HTTP clients of this package dial. */
export interface HttpOutboundOptions extends OutboundOptions {
  /**
   * Which name a server must have. Default: the host of the URL, by the rules of RFC 9525.
   * @param host - host of the URL, or of the Host header where it names another
   */
  readonly expect?: (host: string, port: number) => AskedName;
  /** Protocols offered by ALPN, best first. Default `http/1.1`. */
  readonly alpn?: readonly string[];
}

/** Where an HTTP client wants to go. */
export interface HttpTarget {
  /** What to dial. */
  readonly host: string;
  readonly port: number;
  /** What was asked for. */
  readonly name: string;
  readonly localAddress: string | undefined;
}

/**
 * Dials for an HTTP client.
 * @param options - trust, identity, who may answer
 * @param target - where to
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
