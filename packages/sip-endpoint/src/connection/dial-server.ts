import { type ConnectOptions, connect } from '@entente/tls';
import { checkDialServer } from './check-connection.ts';
import type { DialledSocket } from './dialled-socket.ts';
import type { NextHop } from './next-hop.ts';
import { PeerRefusal } from './peer-refusal.ts';
import { whenAged } from './redial-time.ts';

/** As whom a server of the topology dials another. */
export interface DialServerOptions
  extends Pick<ConnectOptions, 'trust' | 'identity' | 'allow' | 'onRefusal' | 'timeoutMs'> {
  /** Own FQDN. */
  readonly local: string;
}

/**
 * Dials a server of the topology from the internal interface. Its certificate must have the name of the hop, and the
 * topology must allow the link. A program that is not of this network may speak TLS 1.2, a server of ours speaks TLS 1.3.
 * @param hop - where to
 * @returns for `dial` of an endpoint
 * @param options - as whom
 * @throws what `connect` of `@entente/tls` throws; SipArgumentError where an argument is missing, misspelt or of another kind
 */
export async function dialServer(hop: NextHop, options: DialServerOptions): Promise<DialledSocket> {
  checkDialServer(hop, options);
  const { local, ...who } = options;
  const refusal = new PeerRefusal(`${hop.address}:${hop.port}`);
  const socket = await connect({
    ...who,
    onRefusal(found) {
      refusal.found(found);
      return who.onRefusal?.(found);
    },
    host: hop.address,
    port: hop.port,
    expect: { mode: 'host', name: hop.name },
    ...(hop.isForeign === true ? { minVersion: 'TLSv1.2' } : {}),
    link: { name: hop.link.name, interface: 'internal', local },
  });
  const { identity, trust } = who;
  return {
    socket,
    link: hop.link,
    onRefused: (listener) => refusal.tell(listener),
    onAged: (connection) => whenAged(socket, { trust, identity }, connection),
  };
}
