/** The certificate of the chain that a rejection is about; depth 0 is the leaf. */
export interface AtCertificate {
  /** 0 for the leaf, 1 for its issuer, and so on; the anchor has the greatest. */
  readonly depth: number;
  /** Subject of that certificate, RFC 4514 form; empty where it has none. */
  readonly subject: string;
}

/** Locations of the certificate's status that gave nothing, and why; absent where none was asked in vain. */
export interface NotFetched {
  readonly notFetched?: readonly { readonly url: string; readonly why: string }[];
}

/**
 * The data of each reason. Times are milliseconds since the epoch. Where a reason is produced outside this package (see
 * `docs/reference/reasons.md`) its fields are optional: the producer sets those that it knows.
 */
export interface ReasonData {
  /** `expected`: whose certificate is missing. */
  'no-certificate': { readonly expected: 'server' | 'client' };
  /**
   * `where`: field in the terms of the ASN.1. `problem`: what was expected and found. `depth`: place in the path or,
   * where it cannot be decoded, in what the peer presented.
   */
  'malformed-certificate': { readonly depth: number; readonly where: string; readonly problem: string };
  /** How much was found and how much is allowed: bytes presented, or intermediates in a path. */
  'chain-too-long': { readonly found: number; readonly max: number; readonly unit: 'certificates' | 'bytes' };
  /** How much the certificate of the peer has and how much is allowed: bytes, or names. */
  'certificate-too-large': { readonly found: number; readonly max: number; readonly unit: 'bytes' | 'names' };
  /** Which limit of `SearchBudget` ended the search, and its value. */
  'search-budget-exceeded': { readonly what: 'signatures' | 'steps' | 'comparisons'; readonly max: number };
  /**
   * The last certificate for which no issuer was found; `issuer`: the name it states, RFC 4514 form, or words where
   * that is empty.
   */
  'unknown-issuer': AtCertificate & {
    readonly issuer: string;
    /** Identifier of the key that has signed, hex; with the next field, where a certificate of the issuer's name is known. */
    readonly keyId?: string;
    /** Identifier of the key in the certificate that is known, hex. */
    readonly knownKeyId?: string;
  };
  /**
   * `issuer`: subject of the CA whose key was tried, RFC 4514 form. `algorithm`: its name, or OID where it is
   * unknown.
   */
  'signature-invalid': AtCertificate & { readonly issuer: string; readonly algorithm: string };
  /**
   * `algorithm`: name of the algorithm, or words for the kind or size of a key. `allowed`: what the profile allows
   * instead.
   */
  'algorithm-not-allowed': AtCertificate & {
    readonly algorithm: string;
    readonly allowed: readonly string[];
  };
  /**
   * `keyKind`: `rsa`, `rsa-pss` or `dsa`. `sizeBits`: bits of its modulus. `minBits`: fewest that the profile allows.
   */
  'key-too-small': AtCertificate & {
    readonly keyKind: string;
    readonly sizeBits: number;
    readonly minBits: number;
  };
  /** `notAfter`: end of its validity. `now`: time of the verdict, in whole seconds. */
  'certificate-expired': AtCertificate & { readonly notAfter: number; readonly now: number };
  /** `notBefore`: start of its validity. `now`: time of the verdict, in whole seconds. */
  'certificate-not-yet-valid': AtCertificate & { readonly notBefore: number; readonly now: number };
  /** `found`: words for what it has instead of basicConstraints with cA. */
  'not-a-ca': AtCertificate & { readonly found: string };
  /** The CA that sets the limit; `allowed`: its pathLenConstraint. `found`: one more, where counting ended. */
  'path-length-exceeded': AtCertificate & { readonly allowed: number; readonly found: number };
  /** `needed`: the bit of keyUsage, as RFC 5280 §4.2.1.3 calls it. */
  'key-usage-missing': AtCertificate & { readonly needed: string };
  /**
   * `needed`: name of the purpose. `found`: those that the certificate has, as names or OIDs; empty where it has
   * none.
   */
  'extended-key-usage-missing': AtCertificate & {
    readonly needed: string;
    readonly found: readonly string[];
  };
  /**
   * `name`: the name in the certificate. `by`: subject of the CA that constrains it, RFC 4514 form. `constraint`:
   * whether it is not permitted, excluded, or cannot be compared.
   */
  'name-constraint-violated': AtCertificate & {
    readonly name: string;
    readonly constraint: 'permitted' | 'excluded' | 'unsupported';
    readonly by: string;
  };
  /**
   * `anchor`: its name. `limit`: the field of `AnchorLimits`. `allowed`, `found`: words for its value and for what
   * breaks it. `depth`: place in the path, 0 for the leaf.
   */
  'anchor-limit-violated': {
    readonly anchor: string;
    readonly limit:
      | 'domains'
      | 'excludedDomains'
      | 'links'
      | 'maxDepth'
      | 'keyKinds'
      | 'extKeyUsages'
      | 'notAfter';
    readonly allowed: string;
    readonly found: string;
    readonly depth: number;
  };
  /** The certificate at which no policy was left; `expected`: OIDs of those that are acceptable. */
  'policy-required': AtCertificate & { readonly expected: readonly string[] };
  /** `oid`: of the extension, dotted decimal; certificatePolicies where a qualifier in a critical one is unknown. */
  'unknown-critical-extension': AtCertificate & { readonly oid: string };
  /**
   * `since`: when, or thisUpdate where the statement gives no time. `code`: its reason as RFC 5280 §5.3.1 calls it,
   * `unspecified` where it gives none. `signer`: who signed the statement, RFC 4514 form.
   */
  revoked: AtCertificate & {
    readonly since: number;
    readonly code: string;
    readonly source: 'crl' | 'ocsp' | 'stapled-ocsp';
    readonly signer: string;
  };
  /** `why`: words for what is missing, or why a statement that is at hand cannot be used. */
  'revocation-unknown': AtCertificate &
    NotFetched & {
      readonly why: string;
      /** Where the certificate says that its status is, up to four; absent where statements were at hand that could not be used. */
      readonly locations?: readonly string[];
    };
  /** The newest statement and its times. `graceMs`: milliseconds of grace after nextUpdate, 0 for none. */
  'revocation-stale': AtCertificate &
    NotFetched & {
      readonly source: 'crl' | 'ocsp' | 'stapled-ocsp';
      readonly nextUpdate?: number;
      readonly thisUpdate: number;
      readonly now: number;
      readonly graceMs: number;
    };
  /**
   * `mode`: of `IdentityExpectation`. `expected`: the name, or the allow list as text. `found`: names of the
   * certificate that count.
   */
  'name-mismatch': { readonly mode: string; readonly expected: string; readonly found: readonly string[] };
  /**
   * `mode`: of `IdentityExpectation`. `expected`: the name. `found`: names of the certificate, the wildcard among
   * them.
   */
  'wildcard-not-allowed': {
    readonly mode: string;
    readonly expected: string;
    readonly found: readonly string[];
  };
  /** `names`: of the certificate. `servers`: FQDNs of servers, or identifiers of partners, that they select. */
  'identity-ambiguous': { readonly names?: readonly string[]; readonly servers?: readonly string[] };
  /** `names`: of the certificate. `server`: FQDN that is not listed, or is not where it was expected. */
  'not-in-topology': { readonly names?: readonly string[]; readonly server?: string };
  /**
   * FQDN and role of the server, the link as two roles or its name in the allow matrix, and the interface of this
   * server.
   */
  'role-not-allowed-on-link': {
    readonly server?: string;
    readonly role?: string;
    readonly link?: string;
    readonly interface?: string;
  };
  /**
   * FQDN and role of the server. `direction`: what it is not allowed: `inbound`, `outbound`, `open` or `request`.
   * `row`: number in the allow matrix.
   */
  'direction-not-allowed': {
    readonly server?: string;
    readonly role?: string;
    readonly direction?: string;
    readonly row?: number;
  };
  /**
   * `issuedAt`: when the authority last confirmed the topology or, where it never has, issued it. `now`: time of the
   * decision.
   */
  'topology-stale': { readonly issuedAt?: number; readonly now?: number };
  /** `domain`: the one that was asked for. `names`: of the certificate, where a peer has connected. */
  'partner-not-allowed': { readonly domain?: string; readonly names?: readonly string[] };
  /** `partner`: identifier of the entry in the topology. */
  'partner-pin-mismatch': {
    readonly partner?: string;
    /** The pinned name. */
    readonly server?: string;
    /** Names of the certificate that count. */
    readonly names?: readonly string[];
  };
  /** `domain`: the one that the topology blocks. */
  'partner-blocked': { readonly domain?: string };
  /** `policy`: its name. `detail`: its sentence. */
  'refused-by-policy': { readonly policy: string; readonly detail?: string };
  /** Nothing: it is the program of this side that has closed it. */
  'trust-closed': Readonly<Record<never, never>>;
  /** `link`: its name. */
  'resumption-not-allowed': { readonly link?: string };
  /** `error`: code of the verification error, as Node reports it in `authorizationError`. */
  'platform-refused': { readonly error: string };
  /**
   * `error`: the alert of the peer as OpenSSL calls it, or the code of the error of the socket; absent where it
   * closed without one.
   */
  /** `sent`: something was sent to the peer before it closed, so that it may have been that. */
  'peer-refused': { readonly error?: string; readonly sent?: boolean };
  /** `error`: what OpenSSL or Node says of it. */
  'handshake-failed': { readonly error: string };
  /** `error`: what OpenSSL says of it. */
  'tls-broken': { readonly error: string };
  /** `host`: whose records they are. `records`: how many were given. */
  'dane-mismatch': { readonly host: string; readonly records: number };
  /** `now`: time of the verdict. `latestSigned`: the latest time that a trusted authority has signed. */
  'clock-untrusted': { readonly now?: number; readonly latestSigned?: number };
  /** `what`: what is limited, e.g. `open connections of one peer`. `max`: the limit, of which there are that many already. */
  throttled: { readonly what?: string; readonly max?: number };
}

/** The stable literal of a reason. */
export type Reason = keyof ReasonData;

/** A rejection with a given reason. */
export type RejectionOf<R extends Reason> = {
  readonly reason: R;
  /** One sentence: what was expected, what was found. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
} & ReasonData[R];

/** Why a peer was refused: a union discriminated by `reason`, each member with its data. */
export type Rejection = { [R in Reason]: RejectionOf<R> }[Reason];
