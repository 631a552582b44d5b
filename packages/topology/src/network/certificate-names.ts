import { anyText } from '@entente/options';
import type { CertificateNames } from '@entente/x509';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import { type InterfaceName, sipRoles } from '../terms/roles.ts';
import { serverNamed } from './server-named.ts';
import type { Server, ServerInterface, Topology } from './topology.ts';

/** The names that the certificate of one interface of a server must carry: these and no others. */
export interface InterfaceCertificate extends CertificateNames {
  /** Which side of the server presents it; a server with two sides has two certificates. */
  readonly interface: InterfaceName;
  /** Which CA issues it; a public one issues no URI. */
  readonly issuer: 'enterprise' | 'public';
}

/**
 * The names of a server's certificates, one for each interface.
 *
 * A verifier that finds any `sip:` URI SAN counts no DNS name (RFC 5922 §7.1), so for SIP every name stands in both forms. Public
 * CAs issue no URI SANs: there the DNS names alone count, the bare SIP domains among them.
 *
 * @param topology - built from a checked document
 * @param fqdn - the server's own FQDN
 * @throws `ENTENTE_UNKNOWN_SERVER` where the topology lists no such server
 * @see RFC 5922 §7.1
 */
export function certificateNames(topology: Topology, fqdn: string): readonly InterfaceCertificate[] {
  checkTopology(topology, 'certificateNames');
  checks.argument(fqdn, anyText, 'server of certificateNames');
  const server = serverNamed(topology, fqdn);
  const all: InterfaceCertificate[] = [];
  for (const side of [server.interfaces.internal, server.interfaces.external]) {
    if (side === undefined) continue;
    const dnsNames = [...new Set([...namesOf(topology, server, side), ...side.names])];
    const forSip = sipRoles.includes(server.role) && side.certificate === 'enterprise';
    all.push({
      interface: side.name,
      commonName: side.fqdn,
      dnsNames,
      uris: forSip ? dnsNames.map((name) => `sip:${name}`) : [],
      issuer: side.certificate,
    });
  }
  return all;
}

function namesOf(topology: Topology, server: Server, side: ServerInterface): readonly string[] {
  if (side.name === 'external') {
    return server.role === 'edge'
      ? [side.fqdn, ...domainNames(servedDomains(topology, server))]
      : [side.fqdn];
  }
  const own = [side.fqdn];
  // An edge's internal certificate names the edge alone: the pool of edges is known by its external names.
  if (server.pool !== undefined && server.role !== 'edge') own.push(server.pool.fqdn);
  if (server.role === 'front-end') own.push(...domainNames(servedDomains(topology, server)));
  return own;
}

function domainNames(domains: readonly string[]): readonly string[] {
  return domains.flatMap((domain) => [`sip.${domain}`, domain]);
}

/** SIP domains whose clients a front end or an edge serves. */
function servedDomains(topology: Topology, server: Server): readonly string[] {
  return server.pool?.domains ?? [...topology.domains.keys()];
}
