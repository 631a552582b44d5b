import { aFunction, checkValue, having } from '../ground/check-values.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { RevocationReason } from '../ground/revocation-reason.ts';
import type { Clock } from '../ground/signer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CrlPublisher } from './crl-publisher.ts';

/** What was revoked, and the CRL that says so. */
export interface RevokedAtOnce {
  /** Serial numbers that were not revoked before, lower-case hexadecimal. */
  readonly serials: readonly string[];
  /**
   * CRL number of the list that was signed for it: the highest one of its shards, and that of one authority where several have signed. Undefined
   * where nothing was revoked, so that no list was signed; always a number where `serials` has one.
   */
  readonly crlNumber: number | undefined;
}

/** What was revoked, and the list in force, which says so also where an earlier call has revoked it. */
export interface PublishedRevocation extends RevokedAtOnce {
  /** CRL number of the list in force. */
  readonly crlNumber: number;
}

/** The outcome of a revocation; that of one certificate has a list, where it is not refused. */
export type RevocationOutcome<Revoked extends RevokedAtOnce = RevokedAtOnce> =
  | ({ readonly ok: true } & Revoked)
  | { readonly ok: false; readonly refusal: PkiRefusal };

/** Revokes certificates, and publishes the CRL at once. */
export interface RevocationDesk {
  /**
   * Revokes one certificate.
   * @param serialHex - lower-case hexadecimal
   */
  revoke(serialHex: string, reason: RevocationReason): Promise<RevocationOutcome<PublishedRevocation>>;
  /**
   * Revokes every valid certificate of a subject. If there is none, it succeeds with no serial numbers and no new CRL.
   * @param subject - as in `IssuanceRequest`: an FQDN, the name of a service or an administrator, an address of record, or `trust-state`
   */
  revokeSubject(subject: string, reason: RevocationReason): Promise<RevocationOutcome>;
  /**
   * Revokes any number of certificates with one CRL. Those that are revoked already, or that the ledger does not know, are left out.
   * @param serialsHex - lower-case hexadecimal
   */
  revokeAll(serialsHex: readonly string[], reason: RevocationReason): Promise<RevokedAtOnce>;
  /**
   * Ends the hold of a certificate that was revoked for `certificateHold`: the next list, which is signed at once, lacks it.
   * @param serialHex - lower-case hexadecimal
   * @see RFC 5280 §5.3.1
   */
  release(serialHex: string): Promise<RevocationOutcome<PublishedRevocation>>;
}

/**
 * Creates a revocation desk.
 * @param ledger - records the revocations
 * @param publisher - signs the CRLs; its issuer issued the certificates
 * @param clock - the time of a revocation
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function createRevocationDesk(ledger: Ledger, publisher: CrlPublisher, clock: Clock): RevocationDesk {
  checkValue(ledger, having('a ledger', 'revoke'), 'ledger of createRevocationDesk');
  checkValue(
    publisher,
    having('a publisher of createCrlPublisher', 'issuer', 'publish'),
    'publisher of createRevocationDesk',
  );
  checkValue(clock, aFunction, 'clock of createRevocationDesk');
  const issuer = publisher.issuer.id;

  const revokeAll: RevocationDesk['revokeAll'] = async (serialsHex, reason) => {
    const at = clock();
    // At once, so that the ledger writes them together.
    const outcomes = await Promise.allSettled(
      serialsHex.map((serialHex) => ledger.revoke(issuer, serialHex, { at, reason })),
    );
    const serials = serialsHex.filter((_, index) => {
      const outcome = outcomes[index];
      return outcome?.status === 'fulfilled' && outcome.value === 'revoked';
    });
    // What is in the ledger is on a list, also where the rest could not be recorded.
    const crlNumber = serials.length > 0 ? await publisher.publish() : undefined;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { serials, crlNumber };
  };

  return {
    revokeAll,
    async revoke(serialHex, reason) {
      const outcome = await ledger.revoke(issuer, serialHex, { at: clock(), reason });
      if (outcome === 'revoked')
        return { ok: true, serials: [serialHex], crlNumber: await publisher.publish() };
      const refusal =
        outcome === 'unknown'
          ? unknown(serialHex)
          : refuse(
              'certificate-already-revoked',
              `the certificate ${serialHex} is already revoked`,
              'nothing needs to be done',
            );
      return { ok: false, refusal };
    },
    async revokeSubject(subject, reason) {
      const issued = await ledger.issuedTo(subject, clock());
      const serials = issued.filter((one) => one.issuer === issuer).map(({ serialHex }) => serialHex);
      return { ok: true, ...(await revokeAll(serials, reason)) };
    },
    async release(serialHex) {
      const certificate = await ledger.find(issuer, serialHex);
      if (certificate === undefined) return { ok: false, refusal: unknown(serialHex) };
      if (await ledger.release(issuer, serialHex, clock())) {
        return { ok: true, serials: [serialHex], crlNumber: await publisher.publish() };
      }
      const { revocation } = certificate;
      const found = revocation === undefined ? 'it is not revoked' : `it is revoked for ${revocation.reason}`;
      const refusal = refuse(
        'certificate-not-on-hold',
        `expected that the certificate ${serialHex} is on hold, found that ${found}`,
        revocation === undefined
          ? 'nothing is to be done: it counts. entente cert list --all shows which certificates are on hold'
          : 'a final revocation has no end: let the server join again with a new token from entente join-token',
      );
      return { ok: false, refusal };
    },
  };
}

function unknown(serialHex: string): PkiRefusal {
  return refuse(
    'certificate-unknown',
    `this authority has not issued serial number ${serialHex.slice(0, 40)}`,
    'list the certificates with entente cert list --all',
  );
}
