import type { InterfaceName, Role, Service, Zone } from '../terms/roles.ts';
import type { AnchorReference, EnterpriseAnchorReference, Partner, Provider } from './partner.ts';
import type { Policies } from './policies.ts';
import type { Telephony } from './telephony.ts';

/** The literal that names this format and its generation. */
export const topologyFormat = 'entente-topology/1';

/**
 * The topology as people write it and administrators sign it: nothing is filled in, so that its hash stays the same.
 * {@link buildTopology} indexes it.
 */
export interface TopologyDocument {
  readonly format: typeof topologyFormat;
  /** Name of the organisation's network, a domain name. */
  readonly network: string;
  /** Counts up by one with each published document, from 1. */
  readonly version: number;
  /** SHA-256 (lower-case hex) of the canonical form of the version before; absent in version 1 only. */
  readonly previous?: string | undefined;
  /** When it was written, RFC 3339 in UTC, e.g. `2026-01-31T12:00:00Z`. */
  readonly issued: string;
  /** From this time on members refuse it, RFC 3339 in UTC. */
  readonly expires?: string | undefined;
  readonly title?: string | undefined;
  readonly administrators: AdministratorSet;
  readonly anchors?: Anchors | undefined;
  readonly sites?: readonly SiteEntry[] | undefined;
  readonly domains: readonly DomainEntry[];
  readonly pools?: readonly PoolEntry[] | undefined;
  readonly servers: readonly ServerEntry[];
  readonly stores?: readonly StoreEntry[] | undefined;
  /**
   * Address of record without scheme (`alice@contoso.example`) → FQDN of the home pool or front end; or of the trusted application, or pool of
   * them, that has the address.
   */
  readonly users?: Readonly<Record<string, string>> | undefined;
  readonly partners?: readonly Partner[] | undefined;
  readonly providers?: readonly Provider[] | undefined;
  /** Rows of the allow matrix made narrower. Nothing here can widen one. */
  readonly links?: readonly LinkNarrowing[] | undefined;
  readonly policies?: Policies | undefined;
  readonly telephony?: Telephony | undefined;
}

/** Who signs the topology, and how many of them it takes to widen anything. */
export interface AdministratorSet {
  /** k of "k of n", from 1 to the number of keys. */
  readonly required: number;
  readonly keys: readonly AdministratorKey[];
}

/** One administrator's public key. */
export interface AdministratorKey {
  /** Unique in the set; the `kid` of the signatures. */
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER in base64 on one line. */
  readonly publicKey: string;
  readonly title?: string | undefined;
}

/** ES256 is ECDSA with P-256 and SHA-256; EdDSA is Ed25519 (RFC 7518 §3.4, RFC 8037 §3.1). */
export type SignatureAlgorithm = 'ES256' | 'EdDSA';

/** Roots that members trust. */
export interface Anchors {
  /** The organisation's own roots, each with its certificate; where absent, members believe those that they joined with. */
  readonly enterprise?: readonly EnterpriseAnchorReference[] | undefined;
  /** Third-party CAs that partners without anchors of their own are judged by, at the edge only. */
  readonly federation?: readonly AnchorReference[] | undefined;
}

/** A location of servers. */
export interface SiteEntry {
  readonly id: string;
  readonly title?: string | undefined;
}

/** A SIP domain of ours. */
export interface DomainEntry {
  readonly name: string;
  /** Home pool of the users that `users` does not list. */
  readonly pool?: string | undefined;
  readonly title?: string | undefined;
}

/** Servers of one role with one name in common. */
export interface PoolEntry {
  readonly fqdn: string;
  readonly role: Role;
  readonly site?: string | undefined;
  /** Domains whose clients a pool of front ends or edges serves; all of ours where absent. */
  readonly domains?: readonly string[] | undefined;
  readonly title?: string | undefined;
}

/** A server: its role, and where it belongs. */
export interface ServerEntry {
  /** Its own name, on its internal interface. No other server, pool or domain has it. */
  readonly fqdn: string;
  readonly role: Role;
  readonly pool?: string | undefined;
  readonly site?: string | undefined;
  readonly zone?: Zone | undefined;
  readonly interfaces?: Readonly<Partial<Record<InterfaceName, InterfaceEntry | undefined>>> | undefined;
  readonly flags?: ServerFlags | undefined;
  readonly title?: string | undefined;
}

/** An interface of a server: its name, its addresses and its certificate. */
export interface InterfaceEntry {
  /** Name on this interface; required for an external one, the server's own name for an internal one. */
  readonly fqdn?: string | undefined;
  /** IPv4 or IPv6 address to listen on and to dial; found by DNS where absent. */
  readonly address?: string | undefined;
  /** Ports that differ from the role's usual ones, 1 to 65535. */
  readonly ports?: Readonly<Partial<Record<Service, number | undefined>>> | undefined;
  /** Further names for its certificate: domain names, or `sip:` and a domain name. */
  readonly names?: readonly string[] | undefined;
  /** `enterprise` (default) or `public`: which CA certifies this interface. Public certificates carry DNS names only. */
  readonly certificate?: 'enterprise' | 'public' | undefined;
}

/** What is special about a server. */
export interface ServerFlags {
  /**
   * Front ends believe what it says of senders; default true for a trusted application, false for every other role. An application is
   * believed about its own addresses alone, unless `assertsUsers` says more. Front ends and directors authenticate users themselves, and are
   * believed without it.
   */
  readonly treatAsAuthenticated?: boolean | undefined;
  /** It is throttled as a server, not as a user. Nothing enforces it yet, so {@link checkDocument} refuses true. */
  readonly throttleAsServer?: boolean | undefined;
  /** Only our servers dial it; it never opens a SIP connection. */
  readonly outboundOnly?: boolean | undefined;
  /**
   * Of a gateway: it is told who a caller is who has asked that nobody outside is (`Privacy: id`, RFC 3325 §7); default false.
   */
  readonly trustedWithIdentities?: boolean | undefined;
  /** It takes part in replication of the pool's state. Nothing enforces it yet, so {@link checkDocument} refuses true. */
  readonly requiresReplication?: boolean | undefined;
  /** A trusted application that may speak as any user, not only as its own addresses; default false. */
  readonly assertsUsers?: boolean | undefined;
}

/** A data store that servers reach over the network (row 18). */
export interface StoreEntry {
  readonly fqdn: string;
  readonly kind: 'redis' | 'postgresql';
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly title?: string | undefined;
}

/** Makes one row of the allow matrix narrower, for everybody or between the named servers. */
export interface LinkNarrowing {
  /** Row of the allow matrix, 1 to 20. */
  readonly row: number;
  /** FQDNs of servers or pools on side A that it holds for; all where absent. */
  readonly a?: readonly string[] | undefined;
  /** FQDNs of servers or pools on side B that it holds for; all where absent. */
  readonly b?: readonly string[] | undefined;
  /** No link at all. */
  readonly closed?: true | undefined;
  /** Only this side may open. */
  readonly mayOpen?: 'a' | 'b' | undefined;
  /** Only this side may send requests. */
  readonly maySend?: 'a' | 'b' | undefined;
}
