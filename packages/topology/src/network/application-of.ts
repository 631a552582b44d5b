import { anyText } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { Server, Topology } from './topology.ts';

/** A trusted application: one server, or a pool of them. */
export interface Application {
  /** FQDN of the server or pool. */
  readonly name: string;
  /** In the order of the document; at least one. */
  readonly members: readonly Server[];
}

/**
 * The trusted application that has an address. An application has every address at its own FQDN and at that of its pool, e.g.
 * `lobby@chat.contoso.example`, and those that the entry `users` of the topology gives it, e.g. `help@contoso.example`.
 *
 * @param topology - built from a checked document
 * @param address - of record without scheme; the host in lower case
 * @returns undefined for any other address; constant time
 */
export function applicationOf(topology: Topology, address: string): Application | undefined {
  checkTopology(topology, 'applicationOf');
  checks.argument(address, anyText, 'address of applicationOf');
  const { users } = topology.document;
  if (users !== undefined && Object.hasOwn(users, address))
    return applicationNamed(topology, users[address] as string);
  return applicationNamed(topology, address.slice(address.lastIndexOf('@') + 1));
}

/**
 * The application with a name.
 *
 * @param topology - built from a checked document
 * @param name - FQDN of a server or a pool
 * @returns undefined where that has another role, or no member
 */
export function applicationNamed({ pools, servers }: Topology, name: string): Application | undefined {
  const server = servers.get(name);
  if (server !== undefined)
    return server.role === 'trusted-application' ? { name, members: [server] } : undefined;
  const pool = pools.get(name);
  return pool?.role === 'trusted-application' && pool.members.length > 0
    ? { name, members: pool.members }
    : undefined;
}

/**
 * Whether an address is one of a server that is a trusted application: what it may send as, without speaking as a user.
 *
 * @param topology - built from a checked document
 * @param server - its FQDN
 * @param address - of record without scheme; the host in lower case
 */
export function isOwnAddress(topology: Topology, server: string, address: string): boolean {
  checkTopology(topology, 'isOwnAddress');
  checks.argument(server, anyText, 'server of isOwnAddress');
  return applicationOf(topology, address)?.members.some(({ fqdn }) => fqdn === server) === true;
}
