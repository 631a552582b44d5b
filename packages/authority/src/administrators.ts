import type { Problem } from '@entente/pki';
import { links, mayRequest, type Topology } from '@entente/topology';

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

/** What is wrong with an administrator who may not ask here, as in a refusal. */
export type AdministratorRefusal = Pick<Problem, 'message' | 'remedy'> &
  (
    | { readonly reason: 'not-in-topology' }
    | { readonly reason: 'role-not-allowed-on-link'; readonly role: 'administrator'; readonly link: string }
  );

/**
 * Why an administrator may not ask an authority: the topology does not name them, or has closed their link to it.
 * @param topology - the one in force
 * @param authority - FQDN of the authority
 * @param name - of the client certificate
 */
export function refuseAdministrator(
  topology: Topology,
  authority: string,
  name: string,
): AdministratorRefusal | undefined {
  if (!isNamed(topology, name)) return unnamedAdministrator(topology, name);
  // An authority that the topology does not list has no rows that could be closed: there the next version is published that lists it.
  if (!topology.servers.has(authority)) return undefined;
  const { name: link, row } = links.administratorToAuthority;
  if (mayRequest(topology, { party: 'administrator' }, { fqdn: authority }, row).ok) return undefined;
  return {
    reason: 'role-not-allowed-on-link',
    role: 'administrator',
    link,
    message: `expected an authority to which topology version ${topology.document.version} leaves row ${row} open for administrators, found ${authority}, where it is closed`,
    remedy: `ask another authority, or open the row with its quorum there: entente topology remove ${row} --kind link`,
  };
}

/**
 * The same, as the answer to a request.
 * @param topology - see {@link refuseAdministrator}
 * @param authority - see {@link refuseAdministrator}
 * @param name - see {@link refuseAdministrator}
 */
export function administratorProblem(
  topology: Topology,
  authority: string,
  name: string,
): Problem | undefined {
  const refused = refuseAdministrator(topology, authority, name);
  if (refused === undefined) return undefined;
  const { message, reason, remedy } = refused;
  return { reason, message, remedy, status: 403 };
}

/**
 * The administrators that a topology removes.
 * @param before - the topology before it
 * @param after - the topology
 */
export function removedAdministrators(before: Topology, after: Topology): readonly string[] {
  return before.document.administrators.keys.map(({ id }) => id).filter((id) => !isNamed(after, id));
}
