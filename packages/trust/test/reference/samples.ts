import type { Reason, ReasonData } from '@entente/trust';

const now = Date.UTC(2026, 5, 15, 12);
const day = 86_400_000;
const leaf = { depth: 0, subject: 'CN=edge1' } as const;
const ca = { depth: 1, subject: 'CN=Fabrikam Issuing CA' } as const;

/** Data of every reason, for the examples of the reference. */
export const samples: { readonly [R in Reason]: ReasonData[R] } = {
  'no-certificate': { expected: 'client' },
  'malformed-certificate': {
    depth: 0,
    where: 'tbsCertificate.validity',
    problem: 'expected a time, found an INTEGER',
  },
  'chain-too-long': { found: 9, max: 8, unit: 'certificates' },
  'certificate-too-large': { found: 1_600, max: 512, unit: 'names' },
  'search-budget-exceeded': { what: 'signatures', max: 128 },
  'unknown-issuer': { ...ca, issuer: 'CN=Fabrikam Root' },
  'signature-invalid': { ...leaf, issuer: 'CN=Fabrikam Issuing CA', algorithm: 'ecdsa-sha256' },
  'algorithm-not-allowed': { ...leaf, algorithm: 'rsa-sha1', allowed: ['ecdsa-sha256', 'rsa-sha256'] },
  'key-too-small': { ...leaf, keyKind: 'rsa', sizeBits: 1024, minBits: 2048 },
  'certificate-expired': { ...leaf, notAfter: now - day, now },
  'certificate-not-yet-valid': { ...leaf, notBefore: now + day, now },
  'not-a-ca': { ...ca, found: 'basicConstraints without cA' },
  'path-length-exceeded': { ...ca, allowed: 0, found: 1 },
  'key-usage-missing': { ...ca, needed: 'keyCertSign' },
  'extended-key-usage-missing': { ...leaf, needed: 'clientAuth', found: ['serverAuth'] },
  'name-constraint-violated': {
    ...leaf,
    name: 'dns contoso.example',
    constraint: 'permitted',
    by: 'CN=Fabrikam Root',
  },
  'anchor-limit-violated': {
    anchor: 'fabrikam',
    limit: 'domains',
    allowed: 'fabrikam.example',
    found: 'dns contoso.example',
    depth: 0,
  },
  'policy-required': { ...leaf, expected: ['1.3.6.1.4.1.55738.1'] },
  'unknown-critical-extension': { ...leaf, oid: '1.3.6.1.4.1.55738.2' },
  revoked: {
    ...leaf,
    since: now - day,
    code: 'keyCompromise',
    source: 'crl',
    signer: 'CN=Fabrikam Issuing CA',
  },
  'revocation-unknown': { ...leaf, why: 'no CRL and no OCSP response of its issuer' },
  'revocation-stale': {
    ...leaf,
    source: 'crl',
    thisUpdate: now - 5 * day,
    nextUpdate: now - 4 * day,
    now,
    graceMs: 0,
  },
  'name-mismatch': { mode: 'sip-domain', expected: 'contoso.example', found: ['fabrikam.example'] },
  'wildcard-not-allowed': { mode: 'host', expected: 'fe1.contoso.example', found: ['*.contoso.example'] },
  'identity-ambiguous': { servers: ['fe1.contoso.example', 'fe2.contoso.example'] },
  'not-in-topology': { names: ['outsider.contoso.example'] },
  'role-not-allowed-on-link': {
    server: 'gw1.contoso.example',
    role: 'gateway',
    link: '13 front-end–front-end',
  },
  'direction-not-allowed': {
    server: 'app1.contoso.example',
    role: 'application',
    direction: 'inbound',
    row: 8,
  },
  'topology-stale': { issuedAt: now - 5 * day, now },
  'partner-not-allowed': { domain: 'fabrikam.example' },
  'partner-pin-mismatch': {
    partner: 'fabrikam',
    server: 'access.fabrikam.example',
    names: ['fabrikam.example'],
  },
  'partner-blocked': { domain: 'fabrikam.example' },
  'refused-by-policy': { policy: 'office hours', detail: 'nobody calls at night' },
  'trust-closed': {},
  'resumption-not-allowed': { link: '12 edge–partner' },
  'platform-refused': { error: 'UNSPECIFIED' },
  'handshake-failed': { error: 'UNSUPPORTED_PROTOCOL' },
  'tls-broken': { error: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC' },
  'peer-refused': { error: 'ECONNRESET' },
  'dane-mismatch': { host: 'edge1.fabrikam.example', records: 2 },
  'clock-untrusted': { now: now - day, latestSigned: now },
  throttled: { what: 'open connections of one peer', max: 64 },
};
