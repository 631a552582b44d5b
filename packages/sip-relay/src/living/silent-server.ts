import type { Topology } from '@entente/topology';

/**
 * What the log says of a server that does not answer: who takes its place until it does, and what to look at.
 * @param server - FQDN
 * @param topology - in force
 * @returns one sentence without final stop
 */
export function silentServer(server: string, topology: Pick<Topology, 'servers'>): string {
  const others = topology.servers.get(server)?.pool?.members.filter(({ fqdn }) => fqdn !== server) ?? [];
  const meanwhile =
    others.length > 0
      ? 'the others of its pool are asked first until it does'
      : 'no other server is in a pool with it, so what only it can do waits';
  return `${server} does not answer; ${meanwhile}; check that it runs, and that this machine reaches its address and port`;
}
