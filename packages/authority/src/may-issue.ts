import { type IssuanceDecision, type MayIssue, refuse } from '@entente/pki';
import { certificateNames, type Topology } from '@entente/topology';

/**
 * Binds issuance to the topology: a server gets the names that the topology gives it, for itself only, and nobody
 * else gets anything. The authority may always renew its own certificate, or it could not publish a first topology.
 * @param fqdn - the authority's own
 * @param topology - the one in force
 */
export function mayIssueByTopology(fqdn: string, topology: () => Topology | undefined): MayIssue {
  return ({ profile, subject, interface: side = 'internal' }, requester): IssuanceDecision => {
    if (profile !== 'server' || requester.kind === 'administrator' || requester.server !== subject) {
      return {
        ok: false,
        refusal: refuse(
          'profile-not-allowed',
          `a ${profile} certificate for ${subject} is not for this requester to have`,
          'ask for a server certificate for the server itself',
        ),
      };
    }
    const current = topology();
    if (current === undefined || !current.servers.has(subject)) {
      if (subject === fqdn) return { ok: true, names: { commonName: fqdn, dnsNames: [fqdn], uris: [] } };
      return {
        ok: false,
        refusal: refuse(
          'not-in-topology',
          `the server ${subject} is not in the topology`,
          'add it to the topology and publish it first',
        ),
      };
    }
    const names = certificateNames(current, subject).find((one) => one.interface === side);
    if (names === undefined || names.issuer !== 'enterprise') {
      return {
        ok: false,
        refusal: refuse(
          'name-not-allowed',
          `the topology gives ${subject} no certificate of ours for its interface ${JSON.stringify(side.slice(0, 40))}`,
          'ask for an interface that the topology lists with an enterprise certificate',
        ),
      };
    }
    const { commonName, dnsNames, uris } = names;
    return { ok: true, names: { commonName, dnsNames, uris } };
  };
}
