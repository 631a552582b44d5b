/** The certificate of the chain that a rejection is about; depth 0 is the leaf. */
export interface AtCertificate {
  readonly depth: number;
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
  'no-certificate': { readonly expected: 'server' | 'client' };
  'malformed-certificate': { readonly depth: number; readonly where: string; readonly problem: string };
  'chain-too-long': { readonly found: number; readonly max: number; readonly unit: 'certificates' | 'bytes' };
  'search-budget-exceeded': { readonly what: 'signatures' | 'steps' | 'comparisons'; readonly max: number };
  'unknown-issuer': AtCertificate & {
    readonly issuer: string;
    /** Identifier of the key that has signed, hex; with the next field, where a certificate of the issuer's name is known. */
    readonly keyId?: string;
    /** Identifier of the key in the certificate that is known, hex. */
    readonly knownKeyId?: string;
  };
  'signature-invalid': AtCertificate & { readonly issuer: string; readonly algorithm: string };
  'algorithm-not-allowed': AtCertificate & {
    readonly algorithm: string;
    readonly allowed: readonly string[];
  };
  'key-too-small': AtCertificate & {
    readonly keyKind: string;
    readonly sizeBits: number;
    readonly minBits: number;
  };
  'certificate-expired': AtCertificate & { readonly notAfter: number; readonly now: number };
  'certificate-not-yet-valid': AtCertificate & { readonly notBefore: number; readonly now: number };
  'not-a-ca': AtCertificate & { readonly found: string };
  'path-length-exceeded': AtCertificate & { readonly allowed: number; readonly found: number };
  'key-usage-missing': AtCertificate & { readonly needed: string };
  'extended-key-usage-missing': AtCertificate & {
    readonly needed: string;
    readonly found: readonly string[];
  };
  'name-constraint-violated': AtCertificate & {
    readonly name: string;
    readonly constraint: 'permitted' | 'excluded' | 'unsupported';
    readonly by: string;
  };
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
  'policy-required': AtCertificate & { readonly expected: readonly string[] };
  'unknown-critical-extension': AtCertificate & { readonly oid: string };
  revoked: AtCertificate & {
    readonly since: number;
    readonly code: string;
    readonly source: 'crl' | 'ocsp' | 'stapled-ocsp';
    readonly signer: string;
  };
  'revocation-unknown': AtCertificate &
    NotFetched & {
      readonly why: string;
      /** Where the certificate says that its status is, up to four; absent where statements were at hand that could not be used. */
      readonly locations?: readonly string[];
    };
  'revocation-stale': AtCertificate &
    NotFetched & {
      readonly source: 'crl' | 'ocsp' | 'stapled-ocsp';
      readonly nextUpdate?: number;
      readonly thisUpdate: number;
      readonly now: number;
      readonly graceMs: number;
    };
  'name-mismatch': { readonly mode: string; readonly expected: string; readonly found: readonly string[] };
  'wildcard-not-allowed': {
    readonly mode: string;
    readonly expected: string;
    readonly found: readonly string[];
  };
  'identity-ambiguous': { readonly names?: readonly string[]; readonly servers?: readonly string[] };
  'not-in-topology': { readonly names?: readonly string[]; readonly server?: string };
  'role-not-allowed-on-link': {
    readonly server?: string;
    readonly role?: string;
    readonly link?: string;
    readonly interface?: string;
  };
  'direction-not-allowed': {
    readonly server?: string;
    readonly role?: string;
    readonly direction?: string;
    readonly row?: number;
  };
  'topology-stale': { readonly issuedAt?: number; readonly now?: number };
  'partner-not-allowed': { readonly domain?: string; readonly names?: readonly string[] };
  'partner-pin-mismatch': {
    readonly partner?: string;
    /** The pinned name. */
    readonly server?: string;
    /** Names of the certificate that count. */
    readonly names?: readonly string[];
  };
  'partner-blocked': { readonly domain?: string };
  'refused-by-policy': { readonly policy: string; readonly detail?: string };
  'resumption-not-allowed': { readonly link?: string };
  'platform-refused': { readonly error: string };
  'peer-refused': { readonly error?: string };
  'dane-mismatch': { readonly host: string; readonly records: number };
  'clock-untrusted': { readonly now?: number; readonly latestSigned?: number };
  throttled: { readonly domain?: string; readonly retryAfterMs?: number };
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
