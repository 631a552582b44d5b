/** Where a user of a domain connects to with SIP. */
export interface DiscoveredDomain {
  /** A SIP domain of ours, in lower case. */
  readonly domain: string;
  /** The SRV name that leads to the same places. */
  readonly srv: string;
  /** In the order in which they are tried. Their certificates have the name of the domain (RFC 5922 §7.1). */
  readonly servers: readonly {
    readonly host: string;
    /** 1 to 65535. */
    readonly port: number;
    readonly transport: 'tls';
  }[];
}

/** Where and how users connect; public, and without secrets. */
export interface DiscoveryDocument {
  /** Always `entente-discovery/1`. */
  readonly format: typeof discoveryFormat;
  /** Where the caller is: outside where a reverse proxy has brought the request. */
  readonly where: 'inside' | 'outside';
  /** Every SIP domain of ours, in the order of the topology. */
  readonly domains: readonly DiscoveredDomain[];
}

/** The value of `format`. */
export const discoveryFormat = 'entente-discovery/1';
