import { anyText, callback } from '@entente/options';
import type { Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import type { InterfaceName } from '../terms/roles.ts';
import { type Link, linkOfRow } from './link-of.ts';
import { peersOf } from './peers-of.ts';

/** Where requests to a server go, and on which link. */
export interface ServerHop {
  /** FQDN, asked for in the certificate. */
  readonly name: string;
  /** Where to connect to: the address that the topology pins, or the FQDN. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The row of the allow matrix that lets us dial it. */
  readonly link: Link;
  /** A gateway, which runs a program of others. */
  readonly isForeign?: true;
}

/**
 * Finds where a server sends requests to another over SIP.
 *
 * @param topology - the one in force; the targets are found again when it is another object
 * @param fqdn - this server
 * @param from - our interface that dials
 * @returns where a server is reached, or `undefined` if no row of the allow matrix allows it
 */
export function hopFinder(
  topology: () => Topology,
  fqdn: string,
  from: InterfaceName = 'internal',
): (server: string) => ServerHop | undefined {
  checks.argument(
    topology,
    callback,
    'topology of hopFinder',
    'give a function that returns the topology in force',
  );
  checks.argument(fqdn, anyText, 'server of hopFinder');
  let known: Topology | undefined;
  const hops = new Map<string, ServerHop>();
  return (server) => {
    const current = topology();
    if (known !== current) {
      known = current;
      hops.clear();
      for (const target of peersOf(current, fqdn)) {
        if (target.service !== 'sip' || target.from !== from || !target.maySend) continue;
        // Where several rows lead to a server, the first of the matrix counts.
        if (hops.has(target.fqdn)) continue;
        const { fqdn: name, address = name, port, row } = target;
        const foreign = current.servers.get(name)?.role === 'gateway' ? ({ isForeign: true } as const) : {};
        hops.set(name, { name, address, port, link: linkOfRow(row), ...foreign });
      }
    }
    return hops.get(server);
  };
}
