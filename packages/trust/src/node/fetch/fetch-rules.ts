/** Hosts, or a function that returns them. */
export type HostList = readonly string[] | (() => readonly string[]);

/**
 * From which hosts objects may be fetched, and how much. Nothing is fetched from a host that is not listed.
 */
export interface FetchRules {
  /**
   * Host names; `*.contoso.example` stands for every name below, `*` for every public host. A function is called at every
   * fetch, so that a changed list takes effect at once.
   */
  readonly hosts: HostList;
  /** Listed hosts that may have private, loopback or link-local addresses: names or literal addresses. */
  readonly privateHosts?: HostList;
  /** Milliseconds for one object, from the look-up to the last byte. Default 5,000. */
  readonly timeoutMs?: number;
  /** Bytes of one CRL. Default 16 MiB. */
  readonly maxCrlBytes?: number;
  /** Bytes of one OCSP response. Default 64 KiB. */
  readonly maxOcspBytes?: number;
  /** Objects fetched for one chain. Default 8. */
  readonly maxPerChain?: number;
  /** CRLs kept for the peers of one anchor, in memory and on disk, and as many OCSP responses; as many of both are fetched at once. Default 256. */
  readonly maxKeptPerAnchor?: number;
  /** Bytes of the CRLs kept for the peers of one anchor, and of what is fetched at once for them. Default 64 MiB. */
  readonly maxKeptBytesPerAnchor?: number;
}

/**
 * Whether objects may be fetched from a host.
 * @param rules - the rules
 * @param host - host of a URL, lower case
 */
export function hostListed(rules: FetchRules, host: string): boolean {
  return lists(rules.hosts, host) || privateAllowed(rules, host);
}

/**
 * Whether a host may have an address that is not public.
 * @param rules - the rules
 * @param host - host of a URL, lower case
 */
export function privateAllowed(rules: FetchRules, host: string): boolean {
  return rules.privateHosts !== undefined && lists(rules.privateHosts, host);
}

function lists(list: HostList, host: string): boolean {
  const hosts = typeof list === 'function' ? list() : list;
  return hosts.some((entry) => matches(entry, host));
}

function matches(entry: string, host: string): boolean {
  const wanted = entry.toLowerCase();
  if (wanted === '*') return true;
  if (wanted.startsWith('*.')) return host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1;
  return wanted === host;
}
