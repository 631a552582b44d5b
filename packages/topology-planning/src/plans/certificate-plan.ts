import {
  certificateNames,
  checkTopology,
  type InterfaceCertificate,
  type Role,
  type Topology,
} from '@entente/topology';

/** A certificate that a server of the topology needs. */
export interface PlannedCertificate extends InterfaceCertificate {
  /** Own FQDN of the server; an external interface has another name. */
  readonly server: string;
  /** Of the server. Where it speaks SIP, each name is needed as a `sip:` URI too, unless a public CA issues. */
  readonly role: Role;
}

/**
 * Every certificate of the network, in the order of the document.
 *
 * @param topology - built from a checked document
 */
export function certificatePlan(topology: Topology): readonly PlannedCertificate[] {
  checkTopology(topology, 'certificatePlan');
  return [...topology.servers.values()].flatMap((server) =>
    certificateNames(topology, server.fqdn).map((names) => ({
      server: server.fqdn,
      role: server.role,
      ...names,
    })),
  );
}
