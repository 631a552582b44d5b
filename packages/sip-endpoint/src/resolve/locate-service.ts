import { orderServices, type ServiceRecord } from './order-services.ts';

/** The look-ups that are needed; `Resolver` of `node:dns/promises` has them. */
export interface ServiceResolver {
  resolveSrv(name: string): Promise<readonly ServiceRecord[]>;
  resolve4(name: string): Promise<readonly string[]>;
  resolve6(name: string): Promise<readonly string[]>;
}

/** Where a service may be reached. DNS is not trusted: the name to prove stays the one that was asked for. */
export interface ServiceAddress {
  /** Host that SRV named. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

/** More targets than this are not tried. */
const mostTargets = 8;

/**
 * Finds where a service is: SRV, then the addresses of its targets, in the order to try.
 * @param service - e.g. `_sipfederationtls._tcp.fabrikam.example`
 * @param resolver - DNS
 * @param random - 0 to 1, for the choice by weight
 * @returns empty where the service is declared not to exist (target `.`) or no target has an address
 * @throws what the resolver throws for the SRV look-up
 * @see RFC 3263 §4.2, RFC 2782
 */
export async function locateService(
  service: string,
  resolver: ServiceResolver,
  random: () => number = Math.random,
): Promise<readonly ServiceAddress[]> {
  const records = (await resolver.resolveSrv(service)).filter(({ name }) => name !== '' && name !== '.');
  const found: ServiceAddress[] = [];
  for (const { name, port } of orderServices(records, random).slice(0, mostTargets)) {
    for (const address of await addressesOf(name, resolver)) found.push({ host: name, address, port });
  }
  return found;
}

/** IPv4 first; a host without addresses is passed over, others may have some. */
async function addressesOf(host: string, resolver: ServiceResolver): Promise<readonly string[]> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return [
    ...(four.status === 'fulfilled' ? four.value : []),
    ...(six.status === 'fulfilled' ? six.value : []),
  ];
}
