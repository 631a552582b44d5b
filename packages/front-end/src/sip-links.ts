import type { ConnectionLink, Hop } from '@entente/sip-endpoint';
import type { Peer } from '@entente/tls';
import { allowMatrix, type DialTarget, peersOf, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/** A client that shows no certificate. */
const clientRow = 2;

/** The link of a row of the allow matrix. */
export function linkOf(row: number): ConnectionLink {
  return { row, name: allowMatrix.find((candidate) => candidate.row === row)?.name ?? `${row}` };
}

/** The link on which a peer that was admitted stands. */
export function linkOfPeer(peer: Peer, allow: Authorise): ConnectionLink {
  if (peer.peer === undefined) return linkOf(clientRow);
  const authorised = allow(peer.peer, {
    name: 'SIP',
    direction: 'inbound',
    interface: 'internal',
    purpose: 'client',
  });
  return linkOf(authorised.ok ? (authorised.row ?? clientRow) : clientRow);
}

/**
 * Whom this server may dial over SIP and send requests to.
 * @param topology the one in force; targets are found anew when it is another
 * @param fqdn this server
 * @returns where a server is reached, or `undefined` if no row of the matrix leads there
 */
export function hopFinder(topology: () => Topology, fqdn: string): (server: string) => Hop | undefined {
  let known: Topology | undefined;
  let hops: ReadonlyMap<string, Hop> = new Map();
  return (server) => {
    const current = topology();
    if (known !== current) {
      known = current;
      const targets = peersOf(current, fqdn).filter(({ service, maySend }) => service === 'sip' && maySend);
      hops = new Map(targets.map((target) => [target.fqdn, hopOf(target)]));
    }
    return hops.get(server);
  };
}

function hopOf({ address, fqdn, port, row }: DialTarget): Hop {
  return { name: fqdn, address: address ?? fqdn, port, row };
}
