/** A root certificate, pinned by its fingerprint. */
export interface AnchorReference {
  /** For people and logs; unique in its list. */
  readonly name: string;
  /** SHA-256 of the DER certificate, lower-case hex. */
  readonly sha256: string;
  /** The certificate itself, DER in base64 on one line. Members need it; a person may add it after the fingerprint. */
  readonly certificate?: string | undefined;
  /** Greatest number of intermediate CAs below it, 0 to 8. */
  readonly maxDepth?: number | undefined;
  /** Not trusted from this time on, RFC 3339 in UTC. */
  readonly notAfter?: string | undefined;
}

/**
 * Where a root of ours is in a rollover. Members believe it in every stage.
 *
 * - `prepared`: listed before anything is issued below it, so that every member believes it first
 * - `active`: certificates are issued below it
 * - `tainted`: nothing is issued below it any more, and members whose chain needs it renew
 */
export type RootStage = 'prepared' | 'active' | 'tainted';

/** One of our own roots. */
export interface EnterpriseAnchorReference extends AnchorReference {
  /** Default `active`. */
  readonly stage?: RootStage | undefined;
}

/** What both kinds of allowed partner have in common. */
interface AllowedPartner {
  /** Unique among partners and providers; what logs and commands call it. */
  readonly id: string;
  readonly title?: string | undefined;
  /** SIP domains it may speak for. */
  readonly domains: readonly string[];
  /** Its own roots, trusted for its domains and at the edge only; where absent, the federation anchors of the document count. */
  readonly anchors?: readonly AnchorReference[] | undefined;
  /** When its edge dials us, it may present a certificate for serverAuth only; default false. */
  readonly serverAuthOnly?: boolean | undefined;
  /** Beginnings of numbers that are its own, `+` and digits: mediation servers send calls to them over the edge, to its first domain. */
  readonly numbers?: readonly string[] | undefined;
  /** Where its bundle of anchors is fetched and which key signs it. Nothing fetches it yet, so {@link checkDocument} refuses it. */
  readonly bundle?: BundleSource | undefined;
}

/** Listed by domain; the next hop is found by SRV. */
export interface AllowedDomain extends AllowedPartner {
  /** Always `allowed-domain`: selects this form of {@link Partner}. */
  readonly kind: 'allowed-domain';
  /** Relaxation: the host name that SRV led to may be in the certificate instead of the SIP domain; default false. */
  readonly matchHostName?: boolean | undefined;
}

/** Listed by domain, with the edge pinned that we dial. When it dials us it may prove that name or one of its domains. */
export interface AllowedServer extends AllowedPartner {
  /** Always `allowed-server`: selects this form of {@link Partner}. */
  readonly kind: 'allowed-server';
  /** FQDN of its edge. */
  readonly fqdn: string;
  /** IPv4 or IPv6 address of that edge, to dial; found by DNS where absent. */
  readonly address?: string | undefined;
  /** 1 to 65535; default 5061. */
  readonly port?: number | undefined;
}

/** Refused, even where another entry allows it. */
export interface BlockedPartner {
  /** Always `blocked`: selects this form of {@link Partner}. */
  readonly kind: 'blocked';
  /** Unique among partners and providers; what logs and commands call it. */
  readonly id: string;
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
  /** SIP domains that are refused, 1 to 10,000, each exactly as named: a subdomain needs an entry of its own. */
  readonly domains: readonly string[];
}

/** A domain or server that federation allows or blocks. */
export type Partner = AllowedDomain | AllowedServer | BlockedPartner;

/** A hosting provider: one FQDN for many domains. */
export interface Provider {
  /** Unique among partners and providers; what logs and commands call it. */
  readonly id: string;
  /** For people only: at most 200 characters, without control characters. */
  readonly title?: string | undefined;
  /** FQDN of its edge: the name that the certificate must prove when we dial it, for whichever of its domains. */
  readonly fqdn: string;
  /** IPv4 or IPv6 address of that edge, to dial; found by DNS where absent. */
  readonly address?: string | undefined;
  /** 1 to 65535; default 5061. */
  readonly port?: number | undefined;
  /** SIP domains that it may speak for, 1 to 10,000. */
  readonly domains: readonly string[];
  /**
   * Its own roots, trusted for its domains and at the edge only; where absent, the federation anchors of the document
   * count.
   */
  readonly anchors?: readonly AnchorReference[] | undefined;
  /** When its edge dials us, it may present a certificate for serverAuth only; default false. */
  readonly serverAuthOnly?: boolean | undefined;
}

/** Where a partner publishes its anchors. */
export interface BundleSource {
  /** `https:` URL. */
  readonly url: string;
  /** SubjectPublicKeyInfo of the key that signs the bundle, DER in base64 on one line. */
  readonly publicKey: string;
}
