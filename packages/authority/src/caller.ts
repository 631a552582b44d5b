import { administratorOf } from '@entente/pki';
import type { Peer } from '@entente/tls';
import { authorise, links, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import { refuseAdministrator } from './administrators.ts';

/** The sender of a request, according to the verdict on its connection. */
export type Caller =
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly serialHex: string;
      /** DNS names of its certificate, lower case. */
      readonly names: readonly string[];
      /** Source of the connection. */
      readonly address?: string;
    }
  | {
      readonly kind: 'administrator';
      readonly name: string;
      readonly serialHex: string;
      /** Source of the connection. */
      readonly address?: string;
    }
  /** It presented no certificate. `claimed` is the server of its join token, `address` the source of the connection. */
  | { readonly kind: 'nobody'; readonly address: string; readonly claimed?: string };

/** The names of the authority and its topology. */
export interface AuthorityContext {
  /** The organisation's network, e.g. `contoso.example`: certificates of administrators name it. */
  readonly domain: string;
  /** Own name of the authority, as the topology lists it. */
  readonly fqdn: string;
  /** The topology in force, or `undefined` before the first one. */
  topology(): Topology | undefined;
}

/**
 * Who may connect with a certificate: administrators that the topology names and lets connect here (row 17), and servers that it lists (row 15). Before there
 * is a topology every certificate of an administrator is admitted, to publish the first one.
 * @param context - the authority's names and its topology
 */
export function allowAtAuthority(context: AuthorityContext): Authorise {
  return (peer, link) => {
    const topology = context.topology();
    const administrator = administratorOf(context.domain, peer.uris);
    if (administrator !== undefined) {
      const refused = topology && refuseAdministrator(topology, context.fqdn, administrator);
      if (refused !== undefined) return { ok: false, rejection: { ...refused, names: peer.uris } };
      return { ok: true, role: 'administrator', row: links.administratorToAuthority.row };
    }
    if (topology === undefined) {
      return {
        ok: false,
        rejection: {
          reason: 'not-in-topology',
          names: [...peer.dnsNames],
          message: 'expected a server of the topology, found that no topology has been published yet',
          remedy: 'publish the first topology with entente topology publish',
        },
      };
    }
    const local = { fqdn: context.fqdn, interface: 'internal', service: 'https' } as const;
    return authorise(topology, local)(peer, link);
  };
}

/**
 * The sender of the requests on a connection.
 * @param peer - as the listener admitted it
 * @param address - IP address of the other side
 * @param domain - the organisation's network
 */
export function callerOf(peer: Peer | undefined, address: string, domain: string): Caller {
  const identity = peer?.peer;
  if (identity === undefined) return { kind: 'nobody', address };
  const name = administratorOf(domain, identity.uris);
  const { serialHex } = identity;
  if (name !== undefined) return { kind: 'administrator', name, serialHex, address };
  return identity.server === undefined
    ? { kind: 'nobody', address }
    : { kind: 'server', server: identity.server, serialHex, names: identity.dnsNames, address };
}
