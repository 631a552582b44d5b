import { isIP } from 'node:net';
import { monotonicNow } from '../clock/monotonic-clock.ts';
import { AnswerCache, type AnswerCacheRules } from './answer-cache.ts';
import { isDomainName } from './domain-name.ts';
import { orderNaptr } from './order-naptr.ts';
import { orderServices, type ServiceRecord } from './order-services.ts';
import type { AddressRecord, NaptrRecord, ServiceResolver } from './service-resolver.ts';
import type { SipTarget } from './sip-target.ts';

/** Where a service may be reached. DNS is not trusted: the name to prove stays the one that was asked for. */
export interface ServiceAddress {
  /** Host that SRV named, or the one that was asked for. */
  readonly host: string;
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** What a {@link ServiceLocator} needs. */
export interface ServiceLocatorOptions {
  /** DNS; `Resolver` of `node:dns/promises` is one. */
  readonly resolver: ServiceResolver;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
  /** 0 (included) to 1 (excluded), for the choice by weight; default the system's. */
  readonly random?: () => number;
  /** How long answers are kept, and how many. */
  readonly cache?: AnswerCacheRules;
}

/** Port of SIP over TLS (RFC 3261 §18.2.1). */
const tlsPort = 5061;
/** Records of one answer that are looked at. */
const maxRecords = 32;
/** SRV names of NAPTR records, and targets of SRV records, that are followed. */
const maxServices = 4;
const maxHosts = 8;
/** Addresses of one family that are tried of one host, and of the whole service. */
const maxAddresses = 4;
const maxPlaces = 16;

/**
 * Finds where SIP is spoken over TLS, by DNS: NAPTR, SRV, then addresses, in the order to try. Nothing that DNS says leads out of TLS, and
 * what it says is bounded: answers are looked at up to 32 records, lead to 16 addresses at the most, and are kept for five minutes at the
 * most.
 * @see RFC 3263 §4, RFC 2782
 */
export class ServiceLocator {
  readonly #resolver: ServiceResolver;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #naptr: AnswerCache<NaptrRecord>;
  readonly #services: AnswerCache<ServiceRecord & { readonly ttl?: number }>;
  readonly #four: AnswerCache<AddressRecord>;
  readonly #six: AnswerCache<AddressRecord>;

  /** @param options - DNS, time and chance */
  constructor({ cache, clock = monotonicNow, random = Math.random, resolver }: ServiceLocatorOptions) {
    this.#resolver = resolver;
    this.#clock = clock;
    this.#random = random;
    this.#naptr = new AnswerCache(cache);
    this.#services = new AnswerCache(cache);
    this.#four = new AnswerCache(cache);
    this.#six = new AnswerCache(cache);
  }

  /**
   * Where a URI leads: to an address or port that it names, or to what NAPTR and SRV say of its domain, or to the domain's own addresses.
   * @param target - of the URI, from `sipTarget`
   * @returns empty where the URI asks for another transport than TLS, where the domain declares that it has no such service (target
   * `.`), and where nothing has an address
   * @throws what the resolver throws where DNS gives no answer
   */
  async locate({ host, port, scheme, transport }: SipTarget): Promise<readonly ServiceAddress[]> {
    if (!isOverTls(scheme, transport)) return [];
    if (isIP(host) !== 0) return [{ host, address: host, port: port ?? tlsPort }];
    if (port !== undefined) return this.#hosts([{ host, port }]);
    // A transport that the URI names leaves nothing for NAPTR to select.
    const names = transport === undefined ? orderNaptr(await this.#naptrOf(host)) : [];
    const services = names.length === 0 ? [`_sips._tcp.${host}`] : names.slice(0, maxServices);
    for (const service of services) {
      const records = await this.#recordsOf(service);
      if (records.length > 0) return this.#ordered(records);
    }
    return this.#hosts([{ host, port: tlsPort }]);
  }

  /**
   * Where a service is that has SRV records of its own.
   * @param service - e.g. `_sipfederationtls._tcp.fabrikam.example`
   * @returns empty where it has none, where they declare that it does not exist (target `.`), and where no target has an address
   * @throws what the resolver throws where DNS gives no answer
   */
  async locateService(service: string): Promise<readonly ServiceAddress[]> {
    return this.#ordered(await this.#recordsOf(service));
  }

  /**
   * The addresses of a host, IPv4 first; of two families one is enough.
   * @param host - a host name
   * @returns empty where it has none, or where DNS gives no answer
   */
  async addressesOf(host: string): Promise<readonly string[]> {
    if (!isDomainName(host)) return [];
    const name = host.toLowerCase();
    const found = await Promise.allSettled([
      this.#four.records(name, this.#clock, (asked) => this.#ask4(asked)),
      this.#six.records(name, this.#clock, (asked) => this.#ask6(asked)),
    ]);
    return found.flatMap((answer) =>
      answer.status === 'fulfilled' ? answer.value.map(({ address }) => address) : [],
    );
  }

  #ordered(records: readonly ServiceRecord[]): Promise<readonly ServiceAddress[]> {
    const offered = records.filter(({ name, port }) => isDomainName(name) && port > 0);
    const ordered = orderServices(offered, this.#random).slice(0, maxHosts);
    return this.#hosts(ordered.map(({ name, port }) => ({ host: name.toLowerCase(), port })));
  }

  /** A host without addresses is passed over: others may have some. */
  async #hosts(
    hosts: readonly { readonly host: string; readonly port: number }[],
  ): Promise<readonly ServiceAddress[]> {
    const addresses = await Promise.all(hosts.map(({ host }) => this.addressesOf(host)));
    const places = new Map<string, ServiceAddress>();
    hosts.forEach(({ host, port }, i) => {
      for (const address of addresses[i] as readonly string[]) {
        const place = `${address} ${port}`;
        if (!places.has(place)) places.set(place, { host, address, port });
      }
    });
    return [...places.values()].slice(0, maxPlaces);
  }

  async #naptrOf(host: string): Promise<readonly NaptrRecord[]> {
    if (!isDomainName(host)) return [];
    return this.#naptr.records(host, this.#clock, async (name) =>
      (await this.#resolver.resolveNaptr(name)).slice(0, maxRecords),
    );
  }

  async #recordsOf(service: string): Promise<readonly ServiceRecord[]> {
    if (!isDomainName(service)) return [];
    return this.#services.records(service.toLowerCase(), this.#clock, async (name) =>
      (await this.#resolver.resolveSrv(name)).slice(0, maxRecords),
    );
  }

  async #ask4(name: string): Promise<readonly AddressRecord[]> {
    return readAddresses(await this.#resolver.resolve4(name, { ttl: true }), 4);
  }

  async #ask6(name: string): Promise<readonly AddressRecord[]> {
    return readAddresses(await this.#resolver.resolve6(name, { ttl: true }), 6);
  }
}

/** `sips` means TLS over whatever the transport is; `sip` means TLS where the URI says so, or says nothing (RFC 5630 §3.1). */
function isOverTls(scheme: 'sip' | 'sips', transport: string | undefined): boolean {
  if (transport === undefined) return true;
  const named = transport.toLowerCase();
  return named === 'tls' || (scheme === 'sips' && named === 'tcp');
}

function readAddresses(answer: readonly (AddressRecord | string)[], family: 4 | 6): readonly AddressRecord[] {
  return answer
    .slice(0, maxAddresses)
    .map((record) => (typeof record === 'string' ? { address: record } : record))
    .filter(({ address }) => isIP(address) === family);
}
