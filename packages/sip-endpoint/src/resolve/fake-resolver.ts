import type { ServiceRecord } from './order-services.ts';
import type { AddressRecord, NaptrRecord, ServiceResolver } from './service-resolver.ts';

/** What there is to find, by name without regard to case. */
export interface ResolverZone {
  /** NAPTR records; default none. */
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
  /** SRV records, by names such as `_sips._tcp.contoso.example`; default none. */
  readonly srv?: Readonly<Record<string, readonly ServiceRecord[]>>;
  /** IPv4. */
  readonly a?: Readonly<Record<string, readonly string[]>>;
  /** IPv6. */
  readonly aaaa?: Readonly<Record<string, readonly string[]>>;
}

/** A resolver for tests, with a zone in memory. */
export class FakeResolver implements ServiceResolver {
  readonly #zone: ResolverZone;
  /** Each question as `kind name`. */
  readonly asked: string[] = [];
  /** Whether no server answers. */
  isDown = false;

  /** @param zone - read at each question, so that a test can change it */
  constructor(zone: ResolverZone) {
    this.#zone = zone;
  }

  /** As {@link ServiceResolver.resolveNaptr}: from the zone, or `ENOTFOUND`; `ETIMEOUT` while it is down. */
  async resolveNaptr(name: string): Promise<readonly NaptrRecord[]> {
    return this.#find('naptr', name);
  }

  /** As {@link ServiceResolver.resolveSrv}: from the zone, or `ENOTFOUND`; `ETIMEOUT` while it is down. */
  async resolveSrv(name: string): Promise<readonly ServiceRecord[]> {
    return this.#find('srv', name);
  }

  /** As {@link ServiceResolver.resolve4}, without `ttl`: from the zone, or `ENOTFOUND`; `ETIMEOUT` while it is down. */
  async resolve4(name: string): Promise<readonly AddressRecord[]> {
    return this.#find<string>('a', name).map((address) => ({ address }));
  }

  /** As {@link ServiceResolver.resolve6}, without `ttl`: from the zone, or `ENOTFOUND`; `ETIMEOUT` while it is down. */
  async resolve6(name: string): Promise<readonly AddressRecord[]> {
    return this.#find<string>('aaaa', name).map((address) => ({ address }));
  }

  #find<T>(kind: keyof ResolverZone, name: string): readonly T[] {
    const wanted = name.toLowerCase();
    this.asked.push(`${kind} ${wanted}`);
    if (this.isDown) throw fault('ETIMEOUT', name);
    const records = Object.entries(this.#zone[kind] ?? {}) as unknown as [string, readonly T[]][];
    const found = records.find(([owner]) => owner.toLowerCase() === wanted)?.[1] ?? [];
    if (found.length === 0) throw fault('ENOTFOUND', name);
    return found;
  }
}

/** As `node:dns` throws it. */
function fault(code: string, name: string): Error {
  return Object.assign(new Error(`expected an answer about ${name}, found ${code}`), { code });
}
