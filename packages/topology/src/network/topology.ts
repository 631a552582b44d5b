import type { DomainEntry, StoreEntry, TopologyDocument } from '../document/document.ts';
import type { Partner, Provider } from '../document/partner.ts';
import type { EffectivePolicies } from '../document/policies.ts';
import type { EffectiveTelephony } from '../document/telephony.ts';
import type { InterfaceName, Role, Service, Zone } from '../terms/roles.ts';

/**
 * A checked document, indexed for questions. Every lookup is constant time.
 */
export interface Topology {
  /** As it was signed, with nothing filled in. */
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
  /** Those of the document, completed with the defaults. */
  readonly policies: EffectivePolicies;
  /** That of the document, completed with the defaults. */
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
  /** Its own name, on its internal interface, in lower case. */
  readonly fqdn: string;
  /** What it is for; each server has one role. */
  readonly role: Role;
  /** That of its role; another one in the entry is reported by {@link checkDocument}. */
  readonly zone: Zone;
  /** The pool that it is a member of; undefined where it is in none. */
  readonly pool?: Pool | undefined;
  /** Id of its site, else of that of its pool; undefined where neither has one. */
  readonly site?: string | undefined;
  /** `internal` for every role; `external` only where the document lists it. */
  readonly interfaces: Readonly<Partial<Record<InterfaceName, ServerInterface>>>;
  /** As {@link ServerFlags} says; where absent, true for `treatAsAuthenticated` of a trusted application, else false. */
  readonly flags: {
    readonly treatAsAuthenticated: boolean;
    readonly throttleAsServer: boolean;
    readonly outboundOnly: boolean;
    readonly trustedWithIdentities: boolean;
    readonly requiresReplication: boolean;
    readonly assertsUsers: boolean;
  };
  /** For people only; undefined where the entry has none. */
  readonly title?: string | undefined;
}

/** One side of a server. */
export interface ServerInterface {
  /** Which side of the server this is. */
  readonly name: InterfaceName;
  /** Name to dial and to find in the certificate; on the internal interface the server's own. */
  readonly fqdn: string;
  /** IPv4 or IPv6 address to listen on and to dial; undefined where DNS has it. */
  readonly address?: string | undefined;
  /** Of each service that the role has on this side: as the entry says, else the usual one. 1 to 65535. */
  readonly ports: Readonly<Partial<Record<Service, number>>>;
  /** Further domain names of its certificate. */
  readonly names: readonly string[];
  /**
   * `enterprise`: the organisation's own authority issues it, the default; `public`: a public CA does, with DNS names
   * only.
   */
  readonly certificate: 'enterprise' | 'public';
}

/** Servers of one role under one name. */
export interface Pool {
  /** Name that its members have in common, in lower case. */
  readonly fqdn: string;
  /** Of every member. */
  readonly role: Role;
  /** Id of its site; undefined where its entry has none. */
  readonly site?: string | undefined;
  /** Domains it serves. */
  readonly domains: readonly string[];
  /** In the order of the document. */
  readonly members: readonly Server[];
}

/** A narrowing of a row, with names turned into the servers they mean. */
export interface Narrowing {
  /** Whether there is no link at all; false where only a direction is limited. */
  readonly closed: boolean;
  /** Servers on side A that it holds for, the members of pools included; undefined: all. */
  readonly a?: ReadonlySet<Server> | undefined;
  /** Servers on side B that it holds for, the members of pools included; undefined: all. */
  readonly b?: ReadonlySet<Server> | undefined;
  /** The only side that may open the connection; undefined: no further limit. */
  readonly mayOpen?: 'a' | 'b' | undefined;
  /** The only side that may send requests; undefined: no further limit. */
  readonly maySend?: 'a' | 'b' | undefined;
}
