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
  /** Always `entente-topology/1`: a document of another format is refused. */
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
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
  /** Who signs the next version, and version 1 itself. A change of the set needs signatures of the old and of the new one. */
  readonly administrators: AdministratorSet;
  /** Roots that members believe. Where absent, partners need anchors of their own. */
  readonly anchors?: Anchors | undefined;
  /** At most 1,000. They are for people: no decision depends on one. */
  readonly sites?: readonly SiteEntry[] | undefined;
  /** SIP domains of ours, 1 to 1,000. A subdomain is one of ours only if it has an entry of its own. */
  readonly domains: readonly DomainEntry[];
  /** Servers of one role under one name, at most 5,000. */
  readonly pools?: readonly PoolEntry[] | undefined;
  /** Every server of ours, at most 20,000: one that is not listed is refused by all the others. */
  readonly servers: readonly ServerEntry[];
  /** Data stores that servers dial, at most 1,000. */
  readonly stores?: readonly StoreEntry[] | undefined;
  /**
   * Address of record without scheme (`alice@contoso.example`) → FQDN of the home pool or front end; or of the trusted application, or pool of
   * them, that has the address.
   */
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** Domains and servers of others, allowed or blocked; at most 50,000. */
  readonly partners?: readonly Partner[] | undefined;
  /** Hosting providers that are allowed; at most 50,000. */
  readonly providers?: readonly Provider[] | undefined;
  /** Rows of the allow matrix made narrower. Nothing here can widen one. */
  readonly links?: readonly LinkNarrowing[] | undefined;
  /** Settings for every member; what is absent has the default of {@link defaultPolicies}. */
  readonly policies?: Policies | undefined;
  /** How numbers become global and where they are sent; absent: no rules, routes or emergency numbers. */
  readonly telephony?: Telephony | undefined;
}

/** Who signs the topology, and how many of them it takes to widen anything. */
export interface AdministratorSet {
  /** k of "k of n", from 1 to the number of keys. */
  readonly required: number;
  /** 1 to 64. Each has an id and a key of its own, so that nobody counts twice. */
  readonly keys: readonly AdministratorKey[];
}

/** One administrator's public key. */
export interface AdministratorKey {
  /** Unique in the set; the `kid` of the signatures. */
  readonly id: string;
  /** How this administrator signs: `ES256` needs a key on P-256, `EdDSA` an Ed25519 key. */
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER in base64 on one line. */
  readonly publicKey: string;
  /** For people only: at most 200 characters, without control characters. */
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
  /** Unique among the sites: 1 to 64 lower-case letters, digits, dots and hyphens, beginning with a letter or digit. */
  readonly id: string;
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
}

/** A SIP domain of ours. */
export interface DomainEntry {
  /** DNS name in lower case, e.g. `contoso.example`. No pool, server, store or other domain has it. */
  readonly name: string;
  /** Home pool of the users that `users` does not list. */
  readonly pool?: string | undefined;
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
}

/** Servers of one role with one name in common. */
export interface PoolEntry {
  /** The common name, in lower case. No domain, server, store or other pool has it. */
  readonly fqdn: string;
  /** What its members are: each of them has this role. */
  readonly role: Role;
  /** Id of one of the `sites`. A member that names no site of its own is there too. */
  readonly site?: string | undefined;
  /** Domains whose clients a pool of front ends or edges serves; all of ours where absent. */
  readonly domains?: readonly string[] | undefined;
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
}

/** A server: its role, and where it belongs. */
export interface ServerEntry {
  /** Its own name, on its internal interface. No other server, pool or domain has it. */
  readonly fqdn: string;
  /** What the server is for. It decides zone, interfaces, usual ports and the rows of the allow matrix that apply. */
  readonly role: Role;
  /** FQDN of one of the `pools`, with the same role; absent for a server that is in none. */
  readonly pool?: string | undefined;
  /** Id of one of the `sites`; default that of the pool. */
  readonly site?: string | undefined;
  /** May only repeat the zone of the role, which is the default ({@link zoneOfRole}). */
  readonly zone?: Zone | undefined;
  /**
   * Where it differs from the defaults of its role. An external interface, of an edge or reverse proxy, exists only if
   * it is listed.
   */
  readonly interfaces?: Readonly<Partial<Record<InterfaceName, InterfaceEntry | undefined>>> | undefined;
  /** Where it differs from the defaults that {@link ServerFlags} gives. */
  readonly flags?: ServerFlags | undefined;
  /** For people only: at most 200 characters, without control characters. */
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
  /** DNS name in lower case. No domain, pool, server or other store has it. */
  readonly fqdn: string;
  /** Which database it runs; decides the default of `port`. */
  readonly kind: 'redis' | 'postgresql';
  /** IPv4 or IPv6 address to dial; found by DNS where absent. */
  readonly address?: string | undefined;
  /** 1 to 65535; default 6379 for Redis, 5432 for PostgreSQL. */
  readonly port?: number | undefined;
  /** For people only: at most 200 characters, without control characters. */
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
