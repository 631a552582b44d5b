import type { DomainEntry, StoreEntry, TopologyDocument } from '../document/document.ts';
import type { Partner, Provider } from '../document/partner.ts';
import type { EffectivePolicies } from '../document/policies.ts';
import type { EffectiveTelephony } from '../document/telephony.ts';
import type { InterfaceName, Role, Service, Zone } from '../terms/roles.ts';

/**
 * A checked document, indexed for questions. Every lookup is constant time.
 */
export interface Topology {
  readonly document: TopologyDocument;
  /** SHA-256 of the canonical form, lower-case hex. */
  readonly hash: string;
  /** By own FQDN. */
  readonly servers: ReadonlyMap<string, Server>;
  /** By the FQDN of an external interface. Several edges may share one access name. */
  readonly externalNames: ReadonlyMap<string, readonly Server[]>;
  /** By FQDN. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** By FQDN. */
  readonly stores: ReadonlyMap<string, StoreEntry>;
  /** Our SIP domains by name. */
  readonly domains: ReadonlyMap<string, DomainEntry>;
  /** By row of the allow matrix. */
  readonly narrowings: ReadonlyMap<number, readonly Narrowing[]>;
  readonly policies: EffectivePolicies;
  readonly telephony: EffectiveTelephony;
  /**
   * The server where a user registers and is reached.
   * @param aor - `alice@contoso.example`, with or without `sip:` or `sips:`, host in any case
   * @param ofAccount - pool or front end that the account of the user names; an entry of the topology wins over it, and it wins over
   * the pool of the domain, unless no front end has that name any more
   * @returns undefined where the domain is not ours, or neither the user nor the domain names a home
   */
  homeServer(aor: string, ofAccount?: string): Server | undefined;
  /**
   * The front ends that serve a user, home first: each takes the place of those before it where they do not answer.
   * @param aor - as for `homeServer`
   * @param ofAccount - as for `homeServer`
   * @returns none where `homeServer` gives none
   */
  homeServers(aor: string, ofAccount?: string): readonly Server[];
  /** Whether a SIP domain is ours, exactly as named (a subdomain is a domain of its own). */
  isOurDomain(domain: string): boolean;
  /** The entry that lists a domain: allowed, blocked or hosted. A blocked entry wins. */
  partnerOf(domain: string): Partner | Provider | undefined;
}

/** A server with everything filled in that its entry left to its role. */
export interface Server {
  readonly fqdn: string;
  readonly role: Role;
  readonly zone: Zone;
  readonly pool?: Pool | undefined;
  readonly site?: string | undefined;
  readonly interfaces: Readonly<Partial<Record<InterfaceName, ServerInterface>>>;
  readonly flags: {
    readonly treatAsAuthenticated: boolean;
    readonly throttleAsServer: boolean;
    readonly outboundOnly: boolean;
    readonly trustedWithIdentities: boolean;
    readonly requiresReplication: boolean;
    readonly assertsUsers: boolean;
  };
  readonly title?: string | undefined;
}

/** One side of a server. */
export interface ServerInterface {
  readonly name: InterfaceName;
  readonly fqdn: string;
  readonly address?: string | undefined;
  readonly ports: Readonly<Partial<Record<Service, number>>>;
  /** Further domain names of its certificate. */
  readonly names: readonly string[];
  readonly certificate: 'enterprise' | 'public';
}

/** Servers of one role under one name. */
export interface Pool {
  readonly fqdn: string;
  readonly role: Role;
  readonly site?: string | undefined;
  /** Domains it serves. */
  readonly domains: readonly string[];
  /** In the order of the document. */
  readonly members: readonly Server[];
}

/** A narrowing of a row, with names turned into the servers they mean. */
export interface Narrowing {
  readonly closed: boolean;
  readonly a?: ReadonlySet<Server> | undefined;
  readonly b?: ReadonlySet<Server> | undefined;
  readonly mayOpen?: 'a' | 'b' | undefined;
  readonly maySend?: 'a' | 'b' | undefined;
}
