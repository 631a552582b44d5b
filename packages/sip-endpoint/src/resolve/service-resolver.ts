import type { ServiceRecord } from './order-services.ts';

/** One NAPTR record, as `node:dns` gives it. */
export interface NaptrRecord {
  /** `s`: the replacement is the name of an SRV record. */
  readonly flags: string;
  /** e.g. `SIPS+D2T` */
  readonly service: string;
  /** Empty in the records that SIP uses (RFC 3263 §4.1). */
  readonly regexp: string;
  /** The name to look up next, for example `_sips._tcp.contoso.example`. */
  readonly replacement: string;
  /** 0 to 65535; the lowest is used, and no other where that is understood. */
  readonly order: number;
  /** 0 to 65535; among records of one order the lowest is tried first. */
  readonly preference: number;
  /** Seconds, where the resolver tells it; `node:dns` does not. */
  readonly ttl?: number;
}

/** One address of a host. */
export interface AddressRecord {
  /** IPv4 or IPv6 address in text form, without brackets. */
  readonly address: string;
  /** Seconds. */
  readonly ttl?: number;
}

/**
 * DNS: the look-ups that finding a server needs. `Resolver` of `node:dns/promises` has them. A name without records of a kind is an
 * error whose `code` is `ENOTFOUND` or `ENODATA`; any other error means that nobody knows.
 */
export interface ServiceResolver {
  /** NAPTR records of a domain, in any order. */
  resolveNaptr(name: string): Promise<readonly NaptrRecord[]>;
  /** SRV records of a name such as `_sips._tcp.contoso.example`, in any order; `ttl` in seconds where it is known. */
  resolveSrv(name: string): Promise<readonly (ServiceRecord & { readonly ttl?: number })[]>;
  /** IPv4 addresses of a host, with the time they are good for or as text alone. */
  resolve4(name: string, options: { readonly ttl: true }): Promise<readonly (AddressRecord | string)[]>;
  /** IPv6 addresses of a host, with the time they are good for or as text alone. */
  resolve6(name: string, options: { readonly ttl: true }): Promise<readonly (AddressRecord | string)[]>;
}
