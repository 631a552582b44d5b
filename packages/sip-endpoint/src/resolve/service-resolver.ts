import type { ServiceRecord } from './order-services.ts';

/** One NAPTR record, as `node:dns` gives it. */
export interface NaptrRecord {
  /** `s`: the replacement is the name of an SRV record. */
  readonly flags: string;
  /** e.g. `SIPS+D2T` */
  readonly service: string;
  readonly regexp: string;
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
  readonly address: string;
  /** Seconds. */
  readonly ttl?: number;
}

/**
 * DNS: the look-ups that finding a server needs. `Resolver` of `node:dns/promises` has them. A name without records of a kind is an
 * error whose `code` is `ENOTFOUND` or `ENODATA`; any other error means that nobody knows.
 */
export interface ServiceResolver {
  resolveNaptr(name: string): Promise<readonly NaptrRecord[]>;
  resolveSrv(name: string): Promise<readonly (ServiceRecord & { readonly ttl?: number })[]>;
  resolve4(name: string, options: { readonly ttl: true }): Promise<readonly (AddressRecord | string)[]>;
  resolve6(name: string, options: { readonly ttl: true }): Promise<readonly (AddressRecord | string)[]>;
}
