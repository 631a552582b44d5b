import type { Topology } from '@entente/topology';

/** What the log says of a server that does not answer. */
export interface SilentServer {
  /** Who takes its place until it does: one sentence without final stop. */
  readonly message: string;
  /** What to look at. */
  readonly remedy: string;
}

/**
 * Says of a server that it does not answer.
 * @param server - FQDN
 * @param topology - in force
 */
export function silentServer(server: string, topology: Pick<Topology, 'servers'>): SilentServer {
  const others = topology.servers.get(server)?.pool?.members.filter(({ fqdn }) => fqdn !== server) ?? [];
  const meanwhile =
    others.length > 0
      ? 'the others of its pool are asked first until it does'
      : 'no other server is in a pool with it, so what only it can do waits';
  return {
    message: `${server} does not answer; ${meanwhile}`,
    remedy: `check that ${server} runs, and that this machine reaches its address and port`,
  };
}
