import { type CertificateNames, type CertificationRequest, decodeCertificate } from '@entente/x509';
import type { Issuer } from '../ground/issuer.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import type { CertificateProfile } from '../ground/profile.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type {
  IssuanceOutcome,
  IssuanceRequest,
  IssuedCertificate,
  MayIssue,
  ProfileName,
  Requester,
} from '../ground/request.ts';
import { drawSerialNumber, serialToHex } from '../ground/serial-number.ts';
import { shardOf } from '../ground/shard.ts';
import type { Clock, RandomBytes } from '../ground/signer.ts';
import { backdateMs } from '../ground/validity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeafFields, LeafKey, LeafTemplate } from './leaf-template.ts';
import { type LeafTemplates, leafTemplates, type OutsideView } from './leaf-templates.ts';
import { lintCertificate } from './lint.ts';
import { readRequest } from './read-request.ts';

/** Options of {@link createIssuance}. */
export interface IssuanceOptions {
  readonly issuer: Issuer;
  readonly ledger: Ledger;
  /** The rule that decides on issuance. */
  readonly mayIssue: MayIssue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Base of the plain HTTP address of CRLs and issuer certificates, without trailing slash. */
  readonly objectsUrl: string;
  /**
   * How certificates of external interfaces differ: outsiders cannot reach `objectsUrl`, and must not learn the name of an internal
   * server. Called at each issuance. Default, and for `undefined`: they do not differ.
   */
  readonly outside?: () => OutsideView | undefined;
  /** Number of CRLs over which revoked certificates are spread, 1 to 65,536. Default 1. Never change it for an issuer. */
  readonly shards?: number;
  /** Profiles that replace the default ones. */
  readonly profiles?: Partial<Readonly<Record<ProfileName, CertificateProfile>>>;
}

/** A requester's application for a certificate. */
export interface CertificateApplication {
  readonly profile: ProfileName;
  readonly subject: string;
  readonly interface?: string;
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
  /**
   * Called with the hash of the key after all checks, just before signing: the place to spend a token. A refusal stops the issuance.
   */
  readonly spend?: (keyHash: string) => Promise<PkiRefusal | undefined>;
}

/** Issues certificates. */
export interface Issuance {
  readonly issuer: Issuer;
  /** All whose certificates may still be in use, see `rollingIssuance`; absent where there is one alone. */
  readonly issuers?: readonly Issuer[];
  /**
   * Decides on a request, and issues: parse, key, possession, decision, names, lint, token, sign, record.
   * @param application - what is requested
   * @param requester - who requests it, as the caller has authenticated it
   * @returns the certificate once the ledger holds it, or a refusal
   * @throws PkiFault of the ledger
   */
  issue(application: CertificateApplication, requester: Requester): Promise<IssuanceOutcome>;
  /**
   * Signs a leaf for a key and names that the caller guarantees, and records nothing: for measurements, and for the first
   * certificate of the authority itself.
   */
  sign(profile: ProfileName, names: CertificateNames, publicKey: LeafKey): Promise<SignedLeaf | PkiRefusal>;
}

/** A leaf that was linted and signed. */
export interface SignedLeaf {
  readonly der: Uint8Array;
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The names of the interfaces in the topology. */
const internalInterface = 'internal';
const externalInterface = 'external';
const noSignature = Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01);

/**
 * Creates an issuance that follows a rule.
 * @param options - issuer, ledger, rule, time and randomness
 */
export function createIssuance(options: IssuanceOptions): Issuance {
  const { issuer, ledger, clock, random } = options;
  const shards = options.shards ?? 1;
  const templatesOf = leafTemplates(options);

  const sign: Issuance['sign'] = async (profileName, names, publicKey) => {
    const written = write(templatesOf(undefined), profileName, names, publicKey);
    return 'reason' in written ? written : finish(written);
  };

  interface Written extends Omit<SignedLeaf, 'der'> {
    readonly template: LeafTemplate;
    readonly toBeSigned: Uint8Array;
  }

  const write = (
    templates: LeafTemplates,
    name: ProfileName,
    names: CertificateNames,
    key: LeafKey,
  ): Written | PkiRefusal => {
    const { profile, template } = templates[name];
    const now = clock();
    const serialNumber = drawSerialNumber(random);
    const notBefore = wholeSecond(now - backdateMs);
    const notAfter = Math.min(wholeSecond(now + profile.lifetimeMs), issuer.certificate.notAfter);
    const toBeSigned = encode(template, {
      serialNumber,
      names,
      publicKey: key,
      notBefore,
      notAfter,
      shard: shardOf(serialNumber, shards),
    });
    if ('reason' in toBeSigned) return toBeSigned;
    const finding = lint(template.certificate(toBeSigned, noSignature), profile, names);
    if (finding !== undefined) return finding;
    return { template, toBeSigned, serialHex: serialToHex(serialNumber), notBefore, notAfter };
  };

  /** Decodes what would be signed, with the strict decoder that every member uses. */
  const lint = (
    unsigned: Uint8Array,
    profile: CertificateProfile,
    names: CertificateNames,
  ): PkiRefusal | undefined => {
    const decoded = decodeCertificate(unsigned);
    const findings = decoded.ok
      ? lintCertificate({ certificate: decoded.value, profile, issuer, names })
      : [{ rule: decoded.error.where, message: decoded.error.message }];
    if (findings.length === 0) return undefined;
    return refuse(
      'profile-violated',
      `the certificate would break the ${profile.name} profile: ${findings.map(({ rule, message }) => `${rule}: ${message}`).join('; ')}`,
      'correct the names in the topology, or request a certificate for another key',
    );
  };

  const finish = async ({ template, toBeSigned, ...rest }: Written): Promise<SignedLeaf> => {
    const signature = await issuer.signer.sign(toBeSigned);
    return { ...rest, der: template.certificate(toBeSigned, signature) };
  };

  return {
    issuer,
    sign,
    async issue(application, requester) {
      const read = readRequest(application.request);
      if ('reason' in read) return refused(read);
      const request: IssuanceRequest = {
        profile: application.profile,
        subject: application.subject,
        ...(application.interface === undefined ? {} : { interface: application.interface }),
        publicKey: read.publicKey.der,
        requestedNames: requestedNames(read),
      };
      const decision = await options.mayIssue(request, requester);
      if (!decision.ok) return refused(decision.refusal);
      const surplus = surplusName(request.requestedNames, decision.names);
      if (surplus !== undefined) return refused(surplus);
      const view = application.interface === externalInterface ? options.outside?.() : undefined;
      const written = write(templatesOf(view), application.profile, decision.names, read.publicKey);
      if ('reason' in written) return refused(written);
      const keyHash = spkiHash(read.publicKey.der);
      const unspent = await application.spend?.(keyHash);
      if (unspent !== undefined) return refused(unspent);
      const leaf = await finish(written);
      const certificate: IssuedCertificate = {
        ...leaf,
        chain: [leaf.der, ...(view?.chain ?? issuer.chain)],
        subject: application.subject,
        profile: application.profile,
        names: decision.names,
      };
      await ledger.append({
        issuer: issuer.id,
        serialHex: leaf.serialHex,
        profile: application.profile,
        subject: application.subject,
        names: decision.names,
        notBefore: leaf.notBefore,
        notAfter: leaf.notAfter,
        issuedAt: clock(),
        requester: requesterText(requester),
        keyHash,
        ...(application.interface === undefined || application.interface === internalInterface
          ? {}
          : { interface: application.interface }),
        certificate: leaf.der,
      });
      // The rule may have changed while the certificate was signed, e.g. by a topology without this server. That change
      // revoked the certificates in the ledger at that time; one that was recorded later is revoked here.
      const still = await options.mayIssue(request, requester);
      if (still.ok) return { ok: true, certificate };
      await ledger.revoke(issuer.id, leaf.serialHex, { at: clock(), reason: 'cessationOfOperation' });
      return refused(still.refusal);
    },
  };
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

/** The names in a request; kinds of names that are never issued are kept, so that they are refused. */
function requestedNames(request: CertificationRequest): readonly string[] {
  const subject = request.subject.rdns.flat().map(({ text, oid }) => text ?? oid);
  const alternative = (request.subjectAltName ?? []).map((name) =>
    name.type === 'dns' || name.type === 'uri' ? name.value : `(${name.type})`,
  );
  return [...subject, ...alternative];
}

function surplusName(requested: readonly string[], names: CertificateNames): PkiRefusal | undefined {
  const decided = new Set([names.commonName, ...names.dnsNames, ...names.uris]);
  const surplus = requested.find((name) => !decided.has(name));
  if (surplus === undefined) return undefined;
  return refuse(
    'name-not-allowed',
    `the request contains the name ${JSON.stringify(surplus.slice(0, 253))}, which is not among the allowed names: ${[...decided].join(', ')}`,
    'remove the names from the request, or change the topology first',
  );
}

function requesterText(requester: Requester): string {
  switch (requester.kind) {
    case 'join-token':
      return `join-token:${requester.tokenId}`;
    case 'server':
      return `server:${requester.server}`;
    case 'administrator':
      return `administrator:${requester.name}`;
  }
}

function refused(refusal: PkiRefusal): IssuanceOutcome {
  return { ok: false, refusal };
}

function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
