import { partnerRoute } from '@entente/federation';
import type { NextHop } from '@entente/sip-endpoint';
import { locateService, type ServiceAddress, type ServiceResolver } from '@entente/sip-endpoint/resolve';
import {
  type AskedName,
  type ConnectionRefusal,
  type Credential,
  connect,
  isTrustError,
  type Trust,
  TrustError,
  type TrustedSocket,
} from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/** What dialling a partner needs. */
export interface DialPartnerOptions {
  readonly topology: () => Topology;
  /** Which partners may answer. */
  readonly allow: Authorise;
  readonly trust: Trust;
  readonly identity: Credential;
  readonly resolver: ServiceResolver;
  readonly onRefusal: (refusal: ConnectionRefusal) => void;
}

/**
 * Dials the edge of a partner. DNS says where to try; who answers must prove the domain that was asked for.
 * @param hop - its name is the domain
 * @throws TrustError where no listed partner has the domain, or every answer was refused
 */
export async function dialPartner(hop: NextHop, options: DialPartnerOptions): Promise<TrustedSocket> {
  const { allow, identity, onRefusal, resolver, topology, trust } = options;
  const next = partnerRoute(topology(), hop.name);
  if (!next.ok) throw new TrustError(next.rejection, hop.name);
  const candidates: readonly ServiceAddress[] =
    next.at.kind === 'srv'
      ? await locateService(next.at.service, resolver)
      : [{ host: next.at.fqdn, address: next.at.address ?? next.at.fqdn, port: next.at.port }];
  let failure: unknown = new Error(`DNS knows no edge of ${hop.name}`);
  for (const { address, host, port } of candidates) {
    const expect: AskedName = next.matchHostName
      ? { mode: 'service', allowed: [hop.name, host] }
      : next.expect;
    try {
      return await connect({
        host: address,
        port,
        trust,
        identity,
        expect,
        allow,
        link: { name: hop.link.name, interface: 'external' },
        onRefusal,
      });
    } catch (error) {
      // A refusal says more than a closed port; the first one is what the log and the sender hear of.
      if (!isTrustError(failure)) failure = error;
    }
  }
  throw failure;
}
