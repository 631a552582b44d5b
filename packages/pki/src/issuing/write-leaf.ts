import { type CertificateNames, decodeCertificate } from '@entente/x509';
import type { Issuer } from '../ground/issuer.ts';
import type { CertificateProfile } from '../ground/profile.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { ProfileName } from '../ground/request.ts';
import { drawSerialNumber, serialToHex } from '../ground/serial-number.ts';
import { shardOf } from '../ground/shard.ts';
import type { Clock, RandomBytes, Signer } from '../ground/signer.ts';
import { backdateMs } from '../ground/validity.ts';
import type { LeafFields, LeafKey, LeafTemplate } from './leaf-template.ts';
import type { LeafTemplates } from './leaf-templates.ts';
import { type LintRule, lintCertificate } from './lint.ts';

/** A leaf before the authority signs it. */
export interface WrittenLeaf {
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** DER: the same to-be-signed fields, signed by a key that no relying party trusts. */
  readonly preCertificate: Uint8Array;
  /** Signs the leaf with the key of the authority; returns its DER. */
  readonly sign: () => Promise<Uint8Array>;
}

/** What writes leaves. */
export interface LeafWriterOptions {
  readonly issuer: Issuer;
  /** Signs pre-certificates. */
  readonly throwAway: Signer;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** As in `IssuanceOptions`. */
  readonly shards: number;
}

/**
 * Writes a leaf and checks it as a pre-certificate, so that nothing is signed that breaks its profile.
 * @param options - issuer, time and randomness
 * @returns writes the leaf of a profile, for names and a key, or says why it may not be signed
 */
export function leafWriter({ issuer, throwAway, clock, random, shards }: LeafWriterOptions) {
  return async (
    { profile, template }: LeafTemplates[ProfileName],
    names: CertificateNames,
    publicKey: LeafKey,
  ): Promise<WrittenLeaf | PkiRefusal> => {
    const now = clock();
    const ended = refuseEnded(issuer, now);
    if (ended !== undefined) return ended;
    const serialNumber = drawSerialNumber(random);
    const notBefore = wholeSecond(now - backdateMs);
    const notAfter = Math.min(wholeSecond(now + profile.lifetimeMs), issuer.certificate.notAfter);
    const shard = shardOf(serialNumber, shards);
    const toBeSigned = encode(template, { serialNumber, names, publicKey, notBefore, notAfter, shard });
    if ('reason' in toBeSigned) return toBeSigned;
    const preCertificate = template.certificate(toBeSigned, await throwAway.sign(toBeSigned));
    const finding = lint(preCertificate, { profile, issuer, names });
    if (finding !== undefined) return finding;
    return {
      serialHex: serialToHex(serialNumber),
      notBefore,
      notAfter,
      preCertificate,
      sign: async () => template.certificate(toBeSigned, await issuer.signer.sign(toBeSigned)),
    };
  };
}

/** What an authority signs ends with it at the latest: it would be valid for no moment. */
function refuseEnded({ certificate: { notAfter, subject } }: Issuer, now: number): PkiRefusal | undefined {
  if (notAfter > now) return undefined;
  return refuse(
    'authority-ended',
    `the issuing authority ${subject.toString()} ended at ${new Date(notAfter).toISOString()}, and it is ${new Date(now).toISOString()}`,
    'correct the clock where it is wrong; otherwise have the root certify the next issuing authority (entente ca root request), and where its answer was accepted already, start the authority once, which puts it in force; see "The yearly visit to the root" in docs/guides/operations.md',
  );
}

/** Decodes what would be signed, with the strict decoder that every member uses. */
function lint(
  preCertificate: Uint8Array,
  { profile, issuer, names }: { profile: CertificateProfile; issuer: Issuer; names: CertificateNames },
): PkiRefusal | undefined {
  const decoded = decodeCertificate(preCertificate);
  const findings = decoded.ok
    ? lintCertificate({ certificate: decoded.value, profile, issuer, names })
    : [{ rule: decoded.error.where, message: decoded.error.message }];
  if (findings.length === 0) return undefined;
  return refuse(
    'profile-violated',
    `the certificate would break the ${profile.name} profile: ${findings.map(({ rule, message }) => `${rule}: ${message}`).join('; ')}`,
    remedyOf(findings),
  );
}

const ofNames: ReadonlySet<string> = new Set<LintRule>([
  'names-as-decided',
  'name-form',
  'sip-names-doubled',
  'subject',
]);

function remedyOf(findings: readonly { readonly rule: string }[]): string {
  if (findings.some(({ rule }) => ofNames.has(rule))) return 'correct the names in the topology';
  if (findings.some(({ rule }) => rule === 'key-strength')) return 'request a certificate for another key';
  return 'report this message: the authority itself would have made such a certificate';
}

/** A decision may contain a name that cannot be encoded, which is a refusal and not a fault of the program. */
function encode(template: LeafTemplate, fields: LeafFields): Uint8Array | PkiRefusal {
  try {
    return template.toBeSigned(fields);
  } catch (error) {
    const fault = error as { code?: unknown; place: string; sentence: string };
    if (fault.code !== 'ENTENTE_X509_ENCODE') throw error;
    const message = `${fault.place}: ${fault.sentence}`;
    return refuse('profile-violated', message, 'correct the names in the topology');
  }
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
