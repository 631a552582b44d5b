import { join } from 'node:path';
import { anchorOf, type PublicAuthority, startPublicAuthority } from '@entente/testkit/repository';
import type { Partner } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { cores } from '../process/pinned.ts';
import { startPinnedApp } from '../process/pinned-app.ts';
import { inForceAt, publishNext } from './next-topology.ts';
import type { LoadTls, Sides } from './order.ts';
import type { PoolFrontEnd, PoolFrontEndOptions } from './pool-front-end.ts';

/** The edge in front of a pool. */
export interface PoolEdge extends AsyncDisposable {
  readonly pid: number;
  /** Callers are a partner's servers over mutual TLS; the called are those of the pool. */
  readonly byPartner: Sides;
  /**
   * Publishes a topology with this many partners, the one that calls among them; resolves when edge and front ends have it
   * in force.
   * @param count - 1 to 50,000
   */
  setPartners(count: number): Promise<void>;
}

/** Domain of the partner whose servers call. */
const callingDomain = 'fabrikam.example';

/** Starts the CA of the partner whose servers call. */
export function startPartner(): Promise<PublicAuthority> {
  return startPublicAuthority('Fabrikam Root', `crl.${callingDomain}`);
}

/**
 * What a pool must know of the partner from the start, for `startPoolFrontEnd`.
 *
 * @param partner - see `startPartner`
 */
export function withPartner(
  partner: PublicAuthority,
): Pick<PoolFrontEndOptions, 'partners' | 'partnerHosts'> {
  return { partners: partnersWith(1, rootOf(partner)), partnerHosts: [partner.host] };
}

/**
 * Starts the edge of a pool again, as it is built, pinned to the core of the server.
 *
 * @param pool - started `withPartner`
 * @param partner - its servers call
 */
export async function startPoolEdge(pool: PoolFrontEnd, partner: PublicAuthority): Promise<PoolEdge> {
  const { byServer, network } = pool;
  const { directory, edge: running, organisation } = network;
  const { domain, edge } = organisation;
  await running?.stop();
  const configFile = join(directory, `${edge.fqdn}.yaml`);
  const app = await startPinnedApp({ app: 'edge-server', configFile, core: cores.server });
  const { chainPem, keyPem } = await partner.issue([callingDomain]);
  const caller: LoadTls = {
    ...byServer.called,
    port: edge.externalPorts.federation,
    servername: edge.externalFqdn,
    identity: { certificatePem: chainPem, keyPem },
  };
  const pairs = byServer.pairs.map((pair) => ({
    ...pair,
    from: pair.from.replace(domain, callingDomain),
    viaHost: `sip.${callingDomain}`,
  }));
  const root = rootOf(partner);
  let { document } = pool;
  return {
    pid: app.pid,
    byPartner: { caller, called: byServer.called, pairs },
    async setPartners(count) {
      document = await publishNext(network, document, { partners: partnersWith(count, root) });
      const { frontEnds } = organisation;
      await Promise.all([edge, ...frontEnds].map(({ fqdn }) => inForceAt(network, fqdn, document.version)));
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/**
 * A list of partners that ends with the one whose servers call: a search from the start would take longest for it.
 *
 * @param count How many.
 * @param root Certificate of that one's root, DER.
 */
export function partnersWith(count: number, root: Uint8Array): readonly Partner[] {
  const others = Array.from(
    { length: count - 1 },
    (_, i): Partner => ({ kind: 'allowed-domain', id: `other${i}`, domains: [`other${i}.example`] }),
  );
  const anchors = [anchorOf('root', root)];
  return [...others, { kind: 'allowed-domain', id: 'fabrikam', domains: [callingDomain], anchors }];
}

/** Certificate of the root of a partner, DER. */
export function rootOf({ authority }: PublicAuthority): Uint8Array {
  const decoded = decodePemCertificates(authority.certificatePem);
  if (!decoded.ok || decoded.value[0] === undefined)
    throw new Error('the root of the partner cannot be read');
  return decoded.value[0].der;
}
