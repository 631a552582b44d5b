import type { TLSSocket } from 'node:tls';
import type { ConnectionLink } from '../connection/connection-user.ts';
import type { DialledSocket } from '../connection/dialled-socket.ts';
import type { NextHop } from '../connection/next-hop.ts';
import { MemorySocket } from './memory-socket.ts';

/** Where something listens. */
export interface MemoryPlace {
  /** Host name or address, compared as text. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Takes a connection: `SipEndpoint.accept` is one. */
type Accept = (socket: TLSSocket, link: ConnectionLink) => void;

/** From where connections come; each has a port of its own. */
const clientAddress = '192.0.2.254';
const firstPort = 49_152;

/**
 * Connections between endpoints of one process, without sockets, certificates and waiting, for tests of what is built on this package. No
 * name is proven on them: who dials is a client.
 */
export class MemoryTransport {
  readonly #listeners = new Map<string, Accept>();
  readonly #pairs = new Set<readonly [MemorySocket, MemorySocket]>();
  #dialled = 0;

  /** Connections that are open. */
  get open(): number {
    return this.#pairs.size;
  }

  /**
   * Listens at a place.
   * @param place - address and port, as hops name them
   * @param accept - takes each connection
   * @returns what ends it; connections that are open stay
   */
  listen({ address, port }: MemoryPlace, accept: Accept): () => void {
    const key = `${address} ${port}`;
    this.#listeners.set(key, accept);
    return () => {
      if (this.#listeners.get(key) === accept) this.#listeners.delete(key);
    };
  }

  /**
   * Dials a place, for `dial` of an endpoint or a user agent.
   * @param hop - where to
   * @throws an error with code ECONNREFUSED where nobody listens
   */
  readonly dial = async (hop: NextHop): Promise<DialledSocket> => {
    const { address, link, port } = hop;
    const accept = this.#listeners.get(`${address} ${port}`);
    if (accept === undefined)
      throw Object.assign(new Error(`connect ECONNREFUSED ${address}:${port}`), { code: 'ECONNREFUSED' });
    const client = { address: clientAddress, port: firstPort + (this.#dialled++ % 16_384) };
    const pair = MemorySocket.pair(client, { address, port });
    this.#pairs.add(pair);
    for (const end of pair) end.once('close', () => this.#pairs.delete(pair));
    accept(pair[1].asTls, link);
    return { socket: pair[0].asTls, link };
  };

  /** Breaks every connection: both ends hear of it. */
  break(): void {
    for (const pair of [...this.#pairs]) for (const end of pair) end.destroy();
  }

  /** On the connections that are open nothing passes any more, and nobody is told, as when a client gets another address. */
  goDark(): void {
    for (const pair of this.#pairs) for (const end of pair) end.isDark = true;
  }
}

/**
 * A network in memory.
 * @example
 * ```ts
 * const network = memoryTransport();
 * network.listen({ address: '192.0.2.1', port: 5061 }, (socket, link) => server.accept(socket, link));
 * const alice = new UserAgent({ ...options, dial: network.dial });
 * ```
 */
export function memoryTransport(): MemoryTransport {
  return new MemoryTransport();
}
