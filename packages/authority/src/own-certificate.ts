import { findIssued, type Issuance, PkiFault, type RevocationReason } from '@entente/pki';
import { createKeyAndRequest, renewalTime } from '@entente/pki/client';
import { type OpenAuthorityFolder, readSecret } from '@entente/pki/node';
import { type Clock, type Credential, type Log, loadCredential } from '@entente/tls';
import { encodePem } from '@entente/x509';
import { faultFields } from './fault-fields.ts';
import { writeIssued } from './write-issued.ts';

/** The authority's own server certificate, which it renews itself. */
export interface OwnCertificate {
  readonly identity: Credential;
  /** Why a member would refuse it now, as far as is known: it has expired, or is revoked, or is of the future, because the clock was wrong. */
  invalid(): string | undefined;
  /**
   * Issues another one where it is not valid, or where half of its life is over. One call after the other. Where that has failed, it is tried
   * again after an hour, or after a minute where members refuse the one that it has, or where nothing was issued, or once a root has signed another list or another authority issues; until then each
   * call throws the same fault. Where the files have another one already, it is presented first.
   * @param otherwise - why another one is needed all the same
   */
  keepValid(otherwise?: string): Promise<void>;
  /**
   * As `keepValid`, before anybody connects: where members accept the one that it has, and nothing else asks for another, the authority starts
   * although that has failed, and the failure is in the log.
   * @param otherwise - why another one is needed all the same
   */
  begin(otherwise?: string): Promise<void>;
}

/** The middle of the interval: a single authority needs no spreading. */
const noJitter = 0.5;

/** Where the certificates are recorded that an authority issues itself. */
export interface OwnCertificateTrail {
  /** One was signed. Where this throws, it is revoked. */
  readonly renewed: (serialHex: string) => Promise<void>;
  /** It was revoked before it was used. */
  readonly withdrawn: (serialHex: string, reason: RevocationReason) => Promise<void>;
}

/** Between two attempts for the same cause while members accept the one that it has: each attempt may leave an intent in the ledger, and a certificate. */
const pauseMs = 3_600_000;

/** Between two attempts for the same cause while they do not, and where the last one has left nothing. */
const shortPauseMs = 60_000;

/** The last attempt to issue another one, where it has failed. */
interface FailedAttempt {
  readonly at: number;
  /** Another cause does not wait for the end of its pause. */
  readonly why: string;
  readonly fault: unknown;
  /** Who issued then, with which lists of the roots: another one ends the pause, and so does an answer of a root, because it may have been all that was missing. */
  readonly issuedBy: string;
  /** Whether it may have left an intent, or a certificate. */
  readonly hasIssued: boolean;
}

/** Far longer than a key. */
const maxKeyBytes = 65_536;
/** Codes of `loadCredential` for files that are of no use: only the authority itself reads them, and it can issue itself others. */
const unusable: ReadonlySet<unknown> = new Set([
  'ENTENTE_CERTIFICATE_UNREADABLE',
  'ENTENTE_KEY_UNREADABLE',
  'ENTENTE_KEY_MISMATCH',
]);

/**
 * Loads the authority's certificate. It issues another one where the files are missing or damaged, where they do not match after a crash,
 * and where the certificate has expired, is revoked, is of the future or is due: members would refuse it, and nobody else could give it another.
 * @param fqdn - the authority's own name
 * @param trail - where each certificate is recorded that it issues
 * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED` where the topology does not allow it a certificate; faults of `loadCredential` and of the
 *   ledger
 */
export async function openOwnCertificate(
  fqdn: string,
  opened: OpenAuthorityFolder,
  issuance: Issuance,
  clock: Clock,
  log: Log,
  trail: OwnCertificateTrail,
): Promise<OwnCertificate> {
  const files = { certificate: opened.serverCertificate, key: opened.serverKey };
  // Refused where others may read it: who has it answers in the place of the authority.
  await readSecret(files.key, maxKeyBytes);
  /** Whether the last attempt has come to where its intent is recorded. */
  let hasIssued = false;
  const renewFiles = async (why: string): Promise<void> => {
    hasIssued = false;
    const key = await createKeyAndRequest({ subject: fqdn });
    let serial = '';
    await writeIssued(files, key.privateKeyPem, async () => {
      const outcome = await issuance.issue(
        {
          profile: 'server',
          subject: fqdn,
          request: key.request,
          // After all checks, before the intent.
          spend: async () => {
            hasIssued = true;
            return undefined;
          },
          // One that cannot be recorded is revoked, and not kept.
          onSigned: ({ serialHex }) => trail.renewed(serialHex),
          onWithdrawn: ({ serialHex }, reason) => trail.withdrawn(serialHex, reason),
        },
        { kind: 'server', server: fqdn, serialHex: 'self' },
      );
      if (!outcome.ok) {
        throw new PkiFault('ENTENTE_PKI_NOT_ISSUED', {
          sentence: outcome.refusal.message,
          place: files.certificate,
          remedy: outcome.refusal.remedy,
        });
      }
      serial = outcome.certificate.serialHex;
      return outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
    });
    log.info({ event: 'renewed', serial, why }, `the authority renewed its own certificate: ${why}`);
  };

  const identity = await loadCredential(files).catch(async (fault: unknown) => {
    if (!isUnusable(fault)) throw fault;
    await renewFiles((fault as Error).message);
    return loadCredential(files);
  });

  let revokedSerial: string | undefined;
  const invalid = (): string | undefined => {
    const { notAfter, notBefore, serialHex } = identity.current.leaf;
    if (serialHex === revokedSerial) return `the authority's own certificate ${serialHex} is revoked`;
    // The clock was ahead when it was issued, or is behind now.
    if (notBefore > clock.now()) return `the authority's own certificate ${serialHex} is not valid yet`;
    return notAfter <= clock.now() ? `the authority's own certificate ${serialHex} has expired` : undefined;
  };
  const learnOfRevocation = async (): Promise<void> => {
    const { serialHex } = identity.current.leaf;
    const { revocation } = (await findIssued(opened.ledger, issuance, serialHex)) ?? {};
    if (revocation !== undefined) revokedSerial = serialHex;
  };
  const issuedBy = (): string =>
    [issuance.issuer.id, ...opened.issuers.roots.all.map(({ crl }) => crl.number)].join();
  let failed: FailedAttempt | undefined;
  /** The files have another certificate than the one that is presented. */
  let areFilesNewer = false;
  const presentFiles = async (): Promise<void> => {
    await identity.replace(files);
    areFilesNewer = false;
    failed = undefined;
  };
  const logKept = (fault: unknown): void =>
    log.error(
      { event: 'renewal-failed', ...faultFields(fault) },
      `the authority keeps its own certificate: ${(fault as Error).message}`,
    );
  /** What is in the log already, of a start. */
  let logged: unknown;
  let last: Promise<void> = Promise.resolve();
  const own: OwnCertificate = {
    identity,
    invalid,
    keepValid(otherwise) {
      const turn = last.then(async () => {
        // Of no use where it fails again: then another one is issued, once the pause is over.
        if (areFilesNewer) await presentFiles().catch(() => {});
        await learnOfRevocation();
        const isDue = renewalTime(identity.current.leaf, noJitter) <= clock.now();
        const why = invalid() ?? (isDue ? 'half of its life is over' : otherwise);
        if (why === undefined) return;
        const { notBefore, serialHex } = identity.current.leaf;
        const mayWait = notBefore > clock.now() && serialHex !== revokedSerial && otherwise === undefined;
        const isUrgent = !mayWait && (invalid() ?? otherwise) !== undefined;
        const by = issuedBy();
        const isPaused =
          failed?.why === why &&
          failed.issuedBy === by &&
          Math.abs(clock.now() - failed.at) < (isUrgent || !failed.hasIssued ? shortPauseMs : pauseMs);
        if (isPaused && mayWait) return;
        // Health stays as bad as it is.
        if (isPaused) throw failed?.fault;
        try {
          await renewFiles(why);
          areFilesNewer = true;
          await presentFiles();
        } catch (fault) {
          failed = { at: clock.now(), why, fault, hasIssued, issuedBy: by };
          // What is of the future becomes valid by itself. Where the root has signed a list of the future too, nothing can be issued until then.
          if (!mayWait) throw fault;
          logKept(fault);
        }
      });
      last = turn.catch(() => {});
      return turn;
    },
    async begin(otherwise) {
      try {
        await own.keepValid(otherwise);
      } catch (fault) {
        const isAccepted = invalid() === undefined && otherwise === undefined;
        if (!isAccepted || fault !== failed?.fault) throw fault;
        if (fault !== logged) logKept(fault);
        logged = fault;
      }
    },
  };
  await own.begin();
  return own;
}

function isUnusable(fault: unknown): boolean {
  const { code, cause } = fault as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  return code === 'ENTENTE_FILE_UNREADABLE' ? cause?.code === 'ENOENT' : unusable.has(code);
}
