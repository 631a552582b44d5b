import { administratorOf } from '@entente/pki';
import type { Peer } from '@entente/tls';
import { authorise, links, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/** Who sends a request, as the verdict on its connection proved it. */
export type Caller =
  | { readonly kind: 'server'; readonly server: string; readonly serialHex: string }
  | { readonly kind: 'administrator'; readonly name: string; readonly serialHex: string }
  /** No certificate was shown; `claimed` is the server that its join token was issued for, `address` where the connection comes from. */
  | { readonly kind: 'nobody'; readonly address: string; readonly claimed?: string };

/** What the authority must know of itself to let others in. */
export interface DoorKeeper {
  readonly domain: string;
  readonly fqdn: string;
  /** The topology in force, or `undefined` before the first one. */
  topology(): Topology | undefined;
}

/**
 * Who may connect with a certificate: administrators (row 17), and servers that the topology lists (row 15).
 * @param keeper - the authority's own names and its topology
 */
export function allowAtAuthority(keeper: DoorKeeper): Authorise {
  return (peer, link) => {
    if (administratorOf(keeper.domain, peer.uris) !== undefined) {
      return { ok: true, role: 'administrator', row: links.administratorToAuthority.row };
    }
    const topology = keeper.topology();
    if (topology === undefined) {
      return {
        ok: false,
        rejection: {
          reason: 'not-in-topology',
          names: [...peer.dnsNames],
          message: 'No topology has been published yet, so no server is in it.',
          remedy: 'Publish the first topology: entente topology publish.',
        },
      };
    }
    const local = { fqdn: keeper.fqdn, interface: 'internal', service: 'https' } as const;
    return authorise(topology, local)(peer, link);
  };
}

/**
 * Who is on the other side of a connection.
 * @param peer - as the listener admitted it
 * @param address - IP address that the connection comes from
 * @param domain - the organisation's network
 */
export function callerOf(peer: Peer | undefined, address: string, domain: string): Caller {
  const identity = peer?.peer;
  if (identity === undefined) return { kind: 'nobody', address };
  const name = administratorOf(domain, identity.uris);
  const { serialHex } = identity;
  if (name !== undefined) return { kind: 'administrator', name, serialHex };
  return identity.server === undefined
    ? { kind: 'nobody', address }
    : { kind: 'server', server: identity.server, serialHex };
}
