import { type Certificate, type CertificateNames, ipAddress, ipText, type KeyUsage } from '@entente/x509';
import { isHostName } from '../ground/host-name.ts';
import type { Issuer } from '../ground/issuer.ts';
import type { CertificateProfile } from '../ground/profile.ts';
import { isServiceHost, isSpiffeId } from '../ground/service-names.ts';
import { backdateMs } from '../ground/validity.ts';

/** Stable names of the rules. */
export type LintRule =
  | 'version-3'
  | 'serial-number'
  | 'validity'
  | 'not-an-authority'
  | 'key-usage'
  | 'extended-key-usage'
  | 'key-strength'
  | 'names-as-decided'
  | 'name-form'
  | 'sip-names-doubled'
  | 'subject'
  | 'key-identifiers'
  | 'distribution-point'
  | 'issuer-name'
  | 'signature-algorithm'
  | 'unknown-critical';

/** A rule that a certificate breaks. */
export interface LintFinding {
  /** Stable name of the rule, one of `lintRules`. */
  readonly rule: LintRule;
  /** What was expected and what was found. */
  readonly message: string;
}

/** A leaf, and what it is checked against. */
export interface LintSubject {
  /** The leaf or its pre-certificate, decoded. */
  readonly certificate: Certificate;
  /** Purposes and longest lifetime that it may have. */
  readonly profile: CertificateProfile;
  /** Name, key identifier, end and signature scheme that it must fit. */
  readonly issuer: Issuer;
  /** The names of the decision. */
  readonly names: CertificateNames;
}

const minSerialBytes = 8;
const maxSerialBytes = 20;
const minRsaBits = 2048;

type Check = (subject: LintSubject) => string | undefined;

/** Each rule: what it finds, or undefined. */
const checks: Readonly<Record<LintRule, Check>> = {
  'version-3': ({ certificate }) => expected('version 3', certificate.version, certificate.version === 3),
  // RFC 5280 §4.1.2.2, and 64 random bits at least.
  'serial-number': ({ certificate: { serialNumber } }) =>
    expected(
      'a positive serial number of 8 to 20 octets',
      `${serialNumber.length} octets`,
      serialNumber.length >= minSerialBytes &&
        serialNumber.length <= maxSerialBytes &&
        (serialNumber[0] as number) < 0x80,
    ),
  validity: ({ certificate, profile, issuer }) => {
    const life = certificate.notAfter - certificate.notBefore;
    return expected(
      'a validity within that of the issuer and no longer than the profile allows',
      `${life} ms`,
      life > 0 &&
        life <= profile.lifetimeMs + backdateMs &&
        certificate.notAfter <= issuer.certificate.notAfter,
    );
  },
  'not-an-authority': ({ certificate }) =>
    expected('cA false', 'cA true', certificate.basicConstraints?.cA !== true),
  'key-usage': ({ certificate }) =>
    expected(
      'digitalSignature alone',
      'other uses',
      certificate.keyUsage !== undefined && signsOnly(certificate.keyUsage),
    ),
  'extended-key-usage': ({ certificate, profile }) =>
    expectedList('the purposes of the profile', profile.extKeyUsage, certificate.extKeyUsage ?? []),
  'key-strength': ({ certificate: { publicKey } }) =>
    expected(
      'P-256, P-384 or RSA of at least 2048 bits',
      `${publicKey.kind} ${publicKey.sizeBits}`,
      isAllowedKey(publicKey),
    ),
  'names-as-decided': ({ certificate, names }) => {
    const found = (certificate.subjectAltName ?? []).map((name) => {
      if (name.type === 'ip') return `ip:${ipText(name.bytes)}`;
      return name.type === 'dns' || name.type === 'uri' ? `${name.type}:${name.value}` : name.type;
    });
    const decided = [
      ...names.dnsNames.map((name) => `dns:${name}`),
      ...names.uris.map((uri) => `uri:${uri}`),
      ...(names.ipAddresses ?? []).map((address) => `ip:${address}`),
    ];
    if (decided.length === 0) return 'expected at least one name, found none';
    return expectedList('the names of the decision', decided, found);
  },
  // No wildcard can pass: an asterisk is not a character of a host name (RFC 5922 §7.2).
  'name-form': ({ names, profile }) => {
    if (profile.name === 'service') return serviceNameProblem(names);
    const address = names.ipAddresses?.[0];
    if (address !== undefined)
      return `expected an IP address in the certificate of a service only, found ${address}`;
    const bad = names.dnsNames.find((name) => !isHostName(name));
    if (bad !== undefined) return `expected host names in lower case without wildcard, found ${bad}`;
    const uri = names.uris.find((text) => !isPlainUri(text));
    if (uri !== undefined) return `expected absolute URIs in printable ASCII, found ${uri}`;
    return expected(
      'a DNS name in the certificate of a server or store only',
      names.dnsNames.join(),
      names.dnsNames.length > 0 === (profile.name === 'server' || profile.name === 'store'),
    );
  },
  // RFC 5922 §7.1: with a sip: URI no DNS name counts, so every name must be there in both forms.
  'sip-names-doubled': ({ names, profile }) => {
    const sip = names.uris.filter((uri) => uri.startsWith('sip:'));
    if (profile.name !== 'server' || sip.length === 0) return undefined;
    return expectedList(
      'each DNS name again as sip: URI, and no other',
      names.dnsNames.map((name) => `sip:${name}`),
      sip,
    );
  },
  subject: ({ certificate, names }) => {
    const attributes = certificate.subject.rdns.flat();
    if (attributes.length === 0) return undefined;
    const text = attributes[0]?.text;
    return expected(
      `one common name, ${names.commonName}, or an empty subject`,
      certificate.subject.toString(),
      attributes.length === 1 && text === names.commonName,
    );
  },
  'key-identifiers': ({ certificate, issuer }) =>
    expected(
      'a key identifier, and that of the issuer',
      'another or none',
      certificate.subjectKeyId !== undefined &&
        sameOctets(certificate.authorityKeyId?.keyId, issuer.certificate.subjectKeyId),
    ),
  // RFC 5280 §8: a CRL that is fetched over HTTPS would be circular.
  'distribution-point': ({ certificate }) => {
    const points = certificate.crlDistributionPoints ?? [];
    const names = points.flatMap(({ name }) => (name?.type === 'full' ? name.names : []));
    return expected(
      'one distribution point with http: URLs',
      `${points.length} points with ${names.length} names`,
      points.length === 1 &&
        names.length > 0 &&
        names.every((name) => name.type === 'uri' && name.value.startsWith('http://')),
    );
  },
  'issuer-name': ({ certificate, issuer }) =>
    expected(
      issuer.certificate.subject.toString(),
      certificate.issuer.toString(),
      sameOctets(certificate.issuer.der, issuer.certificate.subject.der),
    ),
  'signature-algorithm': ({ certificate, issuer }) =>
    expected(
      `a signature made with ${issuer.signer.scheme}`,
      certificate.signatureAlgorithm.oid,
      schemeOids[issuer.signer.scheme] === certificate.signatureAlgorithm.oid,
    ),
  'unknown-critical': ({ certificate }) =>
    expected(
      'no unknown critical extension',
      certificate.unknownCritical.join(),
      certificate.unknownCritical.length === 0,
    ),
};

const schemeOids: Readonly<Record<Issuer['signer']['scheme'], string>> = {
  'ecdsa-with-sha256': '1.2.840.10045.4.3.2',
  'ecdsa-with-sha384': '1.2.840.10045.4.3.3',
  'ecdsa-with-sha512': '1.2.840.10045.4.3.4',
  'rsa-pkcs1-sha256': '1.2.840.113549.1.1.11',
  ed25519: '1.3.101.112',
};

/** Every rule; a test checks that each one can fail. */
export const lintRules: readonly LintRule[] = Object.keys(checks) as LintRule[];

const orderedChecks = Object.entries(checks) as [LintRule, Check][];

/**
 * Checks a leaf against its profile, its issuer and the names of the decision, as an independent decoder sees it.
 * @param subject - certificate, and what it is checked against
 * @returns the rules that it breaks; empty if it may be signed
 */
export function lintCertificate(subject: LintSubject): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  for (const [rule, check] of orderedChecks) {
    const message = check(subject);
    if (message !== undefined) findings.push({ rule, message });
  }
  return findings;
}

/**
 * Whether a leaf may have a key of this kind and size.
 * @param key - kind and size of the key
 */
export function isAllowedKey(key: { readonly kind: string; readonly sizeBits: number }): boolean {
  if (key.kind === 'ec-p256' || key.kind === 'ec-p384') return true;
  return key.kind === 'rsa' && key.sizeBits >= minRsaBits;
}

function signsOnly({ digitalSignature, ...others }: KeyUsage): boolean {
  return digitalSignature && !Object.values(others).includes(true);
}

/** A service may have one kind of name alone, e.g. a SPIFFE ID and no DNS name. */
function serviceNameProblem({ dnsNames, ipAddresses = [], uris }: CertificateNames): string | undefined {
  const host = dnsNames.find((name) => !isServiceHost(name));
  if (host !== undefined)
    return `expected localhost or host names in lower case without wildcard, found ${host}`;
  const uri = uris.find((text) => !isSpiffeId(text));
  if (uri !== undefined) return `expected a SPIFFE ID, found ${uri}`;
  if (uris.length > 1) return `expected one SPIFFE ID at most, found ${uris.length}`;
  const address = ipAddresses.find((text) => ipText(ipAddress(text) ?? new Uint8Array()) !== text);
  return address === undefined ? undefined : `expected IP addresses as ipText writes them, found ${address}`;
}

function isPlainUri(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon < 1 || text.length > 2048) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

function expected(what: string, found: string | number, holds: boolean): string | undefined {
  return holds ? undefined : `expected ${what}, found ${found}`;
}

function expectedList(what: string, wanted: readonly string[], found: readonly string[]): string | undefined {
  const holds = wanted.length === found.length && wanted.every((item, index) => item === found[index]);
  return holds ? undefined : `expected ${what} (${wanted.join(', ')}), found ${found.join(', ') || 'none'}`;
}

function sameOctets(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((octet, index) => octet === other[index]);
}
