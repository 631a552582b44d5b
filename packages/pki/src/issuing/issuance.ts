import type { RevocationKnowledge } from '@entente/trust';
import { type Certificate, type CertificateNames, sameCertificateNames } from '@entente/x509';
import { checkOptions } from '../ground/check-options.ts';
import { aFunction, anObject, aText, checkValues, having, shardCount } from '../ground/check-values.ts';
import { badArgument } from '../ground/given.ts';
import type { Issuer } from '../ground/issuer.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import { type CertificateProfile, profiles } from '../ground/profile.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type {
  IssuanceOutcome,
  IssuanceRequest,
  IssuedCertificate,
  MayIssue,
  ProfileName,
  Requester,
} from '../ground/request.ts';
import type { RevocationReason } from '../ground/revocation-reason.ts';
import type { Clock, RandomBytes, Signer } from '../ground/signer.ts';
import type { CertificateId, Ledger } from '../ledger/ledger.ts';
import { checkApplication } from './check-application.ts';
import type { LeafKey } from './leaf-template.ts';
import { leafTemplates, type OutsideView } from './leaf-templates.ts';
import { readRequest } from './read-request.ts';
import { refuseBlocked } from './refuse-blocked.ts';
import { requestedNames, surplusName } from './requested-names.ts';
import { selfCheck } from './self-check.ts';
import { UntrustedChains } from './untrusted-chains.ts';
import { leafWriter, type WrittenLeaf } from './write-leaf.ts';

/** Options of {@link createIssuance}. */
export interface IssuanceOptions {
  /** Signs the certificates. */
  readonly issuer: Issuer;
  /**
   * The roots that relying parties trust: whatever is issued is judged by them before it is handed out. A function gives the same array as
   * long as they are the same.
   */
  readonly anchors: readonly Certificate[] | (() => readonly Certificate[]);
  /**
   * Revocation lists for that verdict, which then refuses what an authority signs whose own certificate is revoked. Default: revocation
   * is not part of it.
   */
  readonly revocation?: () => RevocationKnowledge;
  /** Signs pre-certificates with the scheme of the issuer; no relying party trusts its key. See `throwAwaySigner`. */
  readonly throwAway: Signer;
  /** Has each intent before the signature, and each certificate before anybody gets it. */
  readonly ledger: Ledger;
  /** The rule that decides on issuance. */
  readonly mayIssue: MayIssue;
  /** Time of issuance; certificates become valid a little before it. */
  readonly clock: Clock;
  /** Source of serial numbers. */
  readonly random: RandomBytes;
  /** Base of the plain HTTP address of CRLs and issuer certificates, without trailing slash. */
  readonly objectsUrl: string;
  /**
   * How certificates of external interfaces differ: outsiders cannot reach `objectsUrl`, and must not learn the name of an internal
   * server. Called at each issuance. Default, and for `undefined`: they do not differ.
   */
  readonly outside?: () => OutsideView | undefined;
  /**
   * The certificates that follow a leaf for members, without the root, DER: during a rollover of the root it depends on who has to reach
   * which. Called at each issuance with the subject, and without one where the chain of a certificate is asked for. Default: the chain of
   * the issuer.
   */
  readonly above?: (subject: string | undefined) => readonly Uint8Array[];
  /** Number of CRLs over which revoked certificates are spread, 1 to 65,536. Default 1. Never change it for an issuer. */
  readonly shards?: number;
  /** Profiles that replace the default ones. */
  readonly profiles?: Partial<Readonly<Record<ProfileName, CertificateProfile>>>;
}

/** A requester's application for a certificate. */
export interface CertificateApplication {
  /** Kind of leaf: decides purposes and lifetime. */
  readonly profile: ProfileName;
  /** Whom the certificate is for, in the form that {@link IssuanceRequest} says. */
  readonly subject: string;
  /** The interface of the server that the certificate is for, e.g. `external`; default `internal`. */
  readonly interface?: string;
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
  /** The certificate that the new one renews; absent for a first one. */
  readonly predecessor?: CertificateId;
  /**
   * Called with the hash of the key after all checks, just before signing: the place to spend a token. A refusal stops the issuance.
   */
  readonly spend?: (keyHash: string) => Promise<PkiRefusal | undefined>;
  /**
   * Called once the certificate is signed and judged, before the ledger has it as issued and before anybody gets it: the place for an audit
   * trail. Where it throws, the certificate is revoked, or is when the authority starts again, and `issue` throws.
   */
  readonly onSigned?: (certificate: IssuedCertificate) => void | Promise<void>;
  /**
   * Called once a certificate is revoked that was signed and that the requester does not get: because relying parties would refuse it, for which
   * {@link onSigned} is not called, or because e.g. the rule has changed meanwhile. Its number is on the next list, so the trail has to know it.
   */
  readonly onWithdrawn?: (certificate: IssuedCertificate, reason: RevocationReason) => void | Promise<void>;
}

/** Issues certificates. */
export interface Issuance {
  /** The authority that issues now. */
  readonly issuer: Issuer;
  /** All whose certificates may still be in use, see `rollingIssuance`; absent where there is one alone. */
  readonly issuers?: readonly Issuer[];
  /**
   * The certificates that follow a leaf, without the root. DER.
   * @param side - the interface that the leaf is for, e.g. `external`; default `internal`
   * @param issuedBy - identifier of the authority that issued the leaf; default the one that issues now
   */
  chainFor(side?: string, issuedBy?: string): readonly Uint8Array[];
  /**
   * Decides on a request, and issues: parse, key, possession, decision, names, lint, token, record the intent, sign, judge as a
   * relying party, record.
   * @param application - what is requested
   * @param requester - who requests it, as the caller has authenticated it
   * @returns the certificate once the ledger holds it, or a refusal
   * @throws PkiFault of the ledger; what the signer throws; `ENTENTE_PKI_BAD_ARGUMENT` for an application with a field that there is not
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
  /** The certificate, DER. */
  readonly der: Uint8Array;
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The names of the interfaces in the topology. */
const internalInterface = 'internal';
const externalInterface = 'external';

/**
 * Creates an issuance that follows a rule.
 * @param options - issuer, ledger, rule, time and randomness
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for an option that cannot be used, and if `throwAway` has another scheme or the same key as the issuer
 */
export function createIssuance(options: IssuanceOptions): Issuance {
  checkOptions(
    options,
    ['issuer', 'anchors', 'throwAway', 'ledger', 'mayIssue', 'clock', 'random', 'objectsUrl'],
    ['revocation', 'outside', 'above', 'shards', 'profiles'],
    'createIssuance',
  );
  checkValues(
    options,
    {
      issuer: having('an issuing authority', 'certificate', 'signer', 'id'),
      ledger: having('a ledger', 'nextCrlNumber', 'revoke'),
      mayIssue: aFunction,
      clock: aFunction,
      random: aFunction,
      objectsUrl: aText,
      revocation: aFunction,
      outside: aFunction,
      above: aFunction,
      shards: shardCount,
      profiles: anObject,
    },
    'createIssuance',
  );
  const replaced = options.profiles ?? {};
  checkOptions(replaced, [], Object.keys(profiles) as ProfileName[], 'profiles of createIssuance');
  const { issuer, ledger, clock, mayIssue } = options;
  const { above = () => issuer.chain } = options;
  refuseThrowAway(options);
  const templatesOf = leafTemplates(options);
  const write = leafWriter({ ...options, shards: options.shards ?? 1 });
  const checkSelf = selfCheck(options);
  const untrustedChains = new UntrustedChains(options);

  /** Signs what the ledger knows of, and judges it. Whatever happens, an intent that is not completed is revoked. */
  const finish = async (
    leaf: WrittenLeaf,
    parts: Pick<IssuedCertificate, 'names' | 'profile' | 'subject'>,
    above: readonly Uint8Array[],
    { onSigned, onWithdrawn }: Pick<CertificateApplication, 'onSigned' | 'onWithdrawn'>,
  ): Promise<IssuedCertificate | PkiRefusal> => {
    const reason = 'cessationOfOperation';
    const revoke = (): Promise<unknown> => revokeIssued(leaf.serialHex, reason);
    try {
      const { notAfter, notBefore, serialHex } = leaf;
      const der = await leaf.sign();
      const issued = { der, serialHex, notBefore, notAfter, ...parts, chain: [der, ...above] };
      const untrusted = checkSelf(issued, clock());
      if (untrusted === undefined) {
        await onSigned?.(issued);
        return issued;
      }
      await revoke();
      untrustedChains.note(parts.profile, above, untrusted, clock());
      await onWithdrawn?.(issued, reason);
      return untrusted;
    } catch (fault) {
      await revoke();
      throw fault;
    }
  };
  const revokeIssued = (serialHex: string, reason: RevocationReason): Promise<unknown> =>
    ledger.revoke(issuer.id, serialHex, { at: clock(), reason });

  const viewOf = (side: string | undefined) => (side === externalInterface ? options.outside?.() : undefined);
  const blocked = (keyHash: string) => refuseBlocked(ledger, keyHash);

  return {
    issuer,
    chainFor: (side) => viewOf(side)?.chain ?? above(undefined),
    async sign(profile, names, publicKey) {
      const leaf = await write(templatesOf(undefined)[profile], names, publicKey);
      if ('reason' in leaf) return leaf;
      const { notAfter, notBefore, serialHex } = leaf;
      return { der: await leaf.sign(), serialHex, notBefore, notAfter };
    },
    async issue(application, requester) {
      checkApplication(application);
      const read = await readRequest(application.request);
      if ('reason' in read) return refused(read);
      const { predecessor, profile, subject } = application;
      const request: IssuanceRequest = {
        profile,
        subject,
        ...(application.interface === undefined ? {} : { interface: application.interface }),
        publicKey: read.publicKey.der,
        requestedNames: requestedNames(read),
      };
      const decision = await mayIssue(request, requester);
      if (!decision.ok) return refused(decision.refusal);
      const { names } = decision;
      const surplus = surplusName(request.requestedNames, names);
      if (surplus !== undefined) return refused(surplus);
      const keyHash = spkiHash(read.publicKey.der);
      const withheld = await blocked(keyHash);
      if (withheld !== undefined) return refused(withheld);
      const view = viewOf(application.interface);
      const leaf = await write(templatesOf(view)[profile], names, read.publicKey);
      if ('reason' in leaf) return refused(leaf);
      const chain = view?.chain ?? above(subject);
      const known = untrustedChains.find(profile, chain, clock());
      if (known !== undefined) return refused(known);
      const unspent = await application.spend?.(keyHash);
      if (unspent !== undefined) return refused(unspent);
      const { notAfter, notBefore, preCertificate, serialHex } = leaf;
      const recorded = {
        issuer: issuer.id,
        serialHex,
        profile,
        subject,
        names,
        notBefore,
        notAfter,
        requester: requesterText(requester),
        keyHash,
        ...(isInternal(application.interface) ? {} : { interface: application.interface }),
        ...(predecessor === undefined ? {} : { predecessor }),
      };
      // Before the signature: what the key of the authority has signed is never unknown.
      await ledger.intend({ ...recorded, preCertificate, intendedAt: clock() });
      const parts = { names, profile, subject };
      const issued = await finish(leaf, parts, chain, application);
      if ('reason' in issued) return refused(issued);
      const withdraw = async (reason: RevocationReason): Promise<void> => {
        await revokeIssued(serialHex, reason);
        await application.onWithdrawn?.(issued, reason);
      };
      try {
        await ledger.append({ ...recorded, issuedAt: clock(), certificate: issued.der });
      } catch (fault) {
        // What fails here too is revoked when the authority starts again.
        await withdraw('cessationOfOperation').catch(() => {});
        throw fault;
      }
      // Another certificate of the key may have been revoked meanwhile.
      const late = await blocked(keyHash);
      if (late !== undefined) {
        await withdraw('keyCompromise');
        return refused(late);
      }
      // The rule may have changed while the certificate was signed, e.g. by a topology without this server. That change
      // revoked the certificates in the ledger at that time; one that was recorded later is revoked here.
      const still = await mayIssue(request, requester);
      if (still.ok && sameCertificateNames(still.names, names)) return { ok: true, certificate: issued };
      await withdraw('cessationOfOperation');
      return refused(still.ok ? namesChanged() : still.refusal);
    },
  };
}

function refuseThrowAway({ issuer: { signer }, throwAway }: IssuanceOptions): void {
  const other = !Buffer.from(throwAway.publicKey).equals(Buffer.from(signer.publicKey));
  if (throwAway.scheme === signer.scheme && other) return;
  throw badArgument(
    `a key of its own that signs with ${signer.scheme}, found ${other ? throwAway.scheme : 'the key of the issuer'}`,
    'throwAway of an issuance',
    'pass what throwAwaySigner returns for the scheme of the issuer',
  );
}

function namesChanged(): PkiRefusal {
  return refuse(
    'name-not-allowed',
    'the names of the certificate were changed while it was signed, and it is revoked',
    'request the certificate again',
  );
}

function isInternal(side: string | undefined): side is undefined {
  return side === undefined || side === internalInterface;
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
