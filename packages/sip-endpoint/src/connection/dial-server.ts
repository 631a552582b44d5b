import type { TLSSocket } from 'node:tls';
import { type ConnectOptions, connect } from '@entente/tls';
import type { ConnectionLink } from './connection.ts';
import type { NextHop } from './next-hop.ts';

/** As whom a server of the topology dials another. */
export interface DialServerOptions
  extends Pick<ConnectOptions, 'trust' | 'identity' | 'allow' | 'onRefusal'> {
  /** Own FQDN. */
  readonly local: string;
}

/**
 * Dials a server of the topology from the internal interface. Its certificate must have the name of the hop, and the
 * topology must allow the link.
 * @param hop - where to
 * @returns for `dial` of an endpoint
 * @throws what `connect` of `@entente/tls` throws
 */
export async function dialServer(
  hop: NextHop,
  { local, ...who }: DialServerOptions,
): Promise<{ readonly socket: TLSSocket; readonly link: ConnectionLink }> {
  const socket = await connect({
    ...who,
    host: hop.address,
    port: hop.port,
    expect: { mode: 'host', name: hop.name },
    link: { name: hop.link.name, interface: 'internal', local },
  });
  return { socket, link: hop.link };
}
