import {
  type Authorised,
  anchorSet,
  createJudge,
  type IdentityExpectation,
  type PeerIdentity,
  profiles,
  type RevocationPolicy,
  reject,
  type TrustPolicy,
  type TrustVerdict,
} from '@entente/trust';
import { type CertificateList, decodeCertificate, decodeCrl, decodePem } from '@entente/x509';

/** One case of x509-limbo, as far as it concerns us. */
export interface LimboCase {
  readonly id: string;
  readonly features: readonly string[];
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly extended_key_usage: readonly string[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: PeerName | null;
  readonly expected_peer_names: readonly PeerName[];
  readonly max_chain_depth: number | null;
  readonly crls?: readonly string[];
}

interface PeerName {
  readonly kind: 'RFC822' | 'DNS' | 'IP';
  readonly value: string;
}

/** The profile that the rules of a case come from. */
export function profileOf(id: string): TrustPolicy {
  if (id.startsWith('webpki::') || id.startsWith('online::')) return profiles.webpki;
  return id.startsWith('bettertls::') ? profiles.entente : profiles['rfc5280-strict'];
}

/** Why a case asks for something we do not have, or undefined. */
export function unsupported(testcase: LimboCase): string | undefined {
  // Limbo asks consumers to skip features they do not have. Plain registries (`com`, `co.uk`) we know; what lies deeper needs
  // the public suffix list, which changes weekly.
  const labels = testcase.expected_peer_name?.value.split('.').length ?? 0;
  if (testcase.features.includes('pedantic-public-suffix-wildcard') && labels > 3) {
    return 'we carry no public suffix list beyond plain registries';
  }
  const other = testcase.extended_key_usage.find((usage) => usage !== 'serverAuth' && usage !== 'clientAuth');
  return other === undefined ? undefined : `the purpose ${other} is none of TLS`;
}

/** What became of a case. */
export interface LimboOutcome {
  readonly accepted: boolean;
  /** The verdict in words. */
  readonly said: string;
}

/** Judges one case. */
export function runCase(testcase: LimboCase): LimboOutcome {
  const anchors: { name: string; certificate: ReturnType<typeof one>; revocation: RevocationPolicy }[] = [];
  // Without CRLs a case says nothing about revocation; with them it wants to know.
  const revocation: RevocationPolicy =
    (testcase.crls ?? []).length > 0
      ? { mode: 'hard-fail' }
      : { mode: 'off', signedBy: 'a case without CRLs' };
  for (const [index, pem] of testcase.trusted_certs.entries()) {
    const decoded = decodeCertificate(der(pem));
    // A root that cannot be read is not an anchor: nothing may be built on it.
    if (decoded.ok) anchors.push({ name: `root ${index}`, certificate: decoded.value, revocation });
  }
  const base = profileOf(testcase.id);
  const { max_chain_depth: depth } = testcase;
  const policy = depth === null ? base : { ...base, budget: { ...base.budget, maxIntermediates: depth } };
  const server = testcase.extended_key_usage.includes('clientAuth')
    ? false
    : testcase.validation_kind === 'SERVER';
  const verdict = createJudge({
    anchors: anchorSet(anchors),
    policy,
    revocation: { crls: (testcase.crls ?? []).flatMap(crl) },
  }).judge(
    { certificates: [der(testcase.peer_certificate), ...testcase.untrusted_intermediates.map(der)] },
    {
      now: testcase.validation_time === null ? Date.now() : Date.parse(testcase.validation_time),
      link: {
        name: testcase.id,
        direction: server ? 'outbound' : 'inbound',
        interface: 'limbo',
        purpose: server ? 'server' : 'client',
      },
      identity: identityOf(testcase),
      authorise: (peer) => hasAll(peer, testcase.expected_peer_names),
    },
  );
  return { accepted: verdict.trusted, said: said(verdict) };
}

function one(pem: string) {
  const decoded = decodeCertificate(der(pem));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

function identityOf({ expected_peer_name: name }: LimboCase): IdentityExpectation {
  return name === null || name.kind === 'RFC822' ? { mode: 'inbound' } : { mode: 'https', name: name.value };
}

function hasAll(peer: PeerIdentity, names: readonly PeerName[]): Authorised {
  const missing = names.find(({ kind, value }) => {
    if (kind === 'RFC822') return peer.emailAddresses?.includes(value) !== true;
    return !(kind === 'DNS' ? peer.dnsNames : (peer.ipAddresses ?? [])).includes(value);
  });
  return missing === undefined
    ? { ok: true }
    : { ok: false, rejection: reject('not-in-topology', { names: [missing.value] }) };
}

function crl(pem: string): readonly CertificateList[] {
  const decoded = decodeCrl(der(pem));
  return decoded.ok ? [decoded.value] : [];
}

function der(pem: string): Uint8Array {
  const decoded = decodePem(pem);
  if (!decoded.ok) throw new Error(`expected PEM in a case, found: ${decoded.error.message}`);
  return decoded.value[0]!.der;
}

function said(verdict: TrustVerdict): string {
  return verdict.trusted ? 'SUCCESS' : `${verdict.rejection.reason}: ${verdict.rejection.message}`;
}
