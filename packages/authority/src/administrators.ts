import type { Problem } from '@entente/pki';
import type { Topology } from '@entente/topology';

/**
 * Whether a topology names an administrator. The client certificate of an administrator carries the id of their signing key: the same
 * person signs topologies and sends commands.
 * @param topology - the one in force
 * @param name - of the client certificate
 */
export function isNamed(topology: Topology, name: string): boolean {
  return topology.document.administrators.keys.some(({ id }) => id === name);
}

/** What is wrong with an administrator that a topology does not name, as in a refusal. */
export type UnnamedAdministrator = Pick<Problem, 'message' | 'remedy'> & {
  readonly reason: 'not-in-topology';
};

/**
 * Explains that an administrator is not one of the topology.
 * @param topology - the topology that does not name them
 * @param name - of the client certificate
 */
export function unnamedAdministrator({ document }: Topology, name: string): UnnamedAdministrator {
  const ids = document.administrators.keys.map(({ id }) => id).join(', ');
  return {
    reason: 'not-in-topology',
    message: `expected an administrator of topology version ${document.version} (${ids}), found ${name}`,
    remedy:
      'use the client certificate of one of them, or issue one on the host of the authority with entente ca administrator and one of these ids',
  };
}

/**
 * The administrators that a topology removes.
 * @param before - the topology before it
 * @param after - the topology
 */
export function removedAdministrators(before: Topology, after: Topology): readonly string[] {
  return before.document.administrators.keys.map(({ id }) => id).filter((id) => !isNamed(after, id));
}
