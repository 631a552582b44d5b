import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { CertificateId, Ledger, RecordedCertificate } from '../ledger/ledger.ts';
import { findIssued, type KnownIssuers } from '../rollover/find-issued.ts';
import { validCertificates } from './already-joined.ts';

/** A request for a renewal, after the caller has authenticated the peer. */
export interface Renewal {
  /** FQDN of the server. */
  readonly server: string;
  /** Serial number of the certificate that it presented. */
  readonly serialHex: string;
  /** The interface that the certificate is for. */
  readonly interface: string;
  /** Hash of the key to be certified. */
  readonly keyHash: string;
}

/** What a renewal leads to: the certificate of an earlier answer, a new one, or a refusal. */
export type RenewalDecision =
  | { readonly kind: 'again'; readonly certificate: RecordedCertificate }
  | { readonly kind: 'issue'; readonly predecessor?: CertificateId }
  | { readonly kind: 'refused'; readonly refusal: PkiRefusal };

/** What renewals are decided with. */
export interface RenewalContext {
  readonly ledger: Ledger;
  readonly issuers: KnownIssuers;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const internalInterface = 'internal';

/**
 * Decides on a renewal. A certificate is renewed once for each interface: the same key again gets the same certificate, because the
 * answer may have been lost; another key is refused while the successor lives, because then two hold the certificate. The internal one
 * vouches for another interface once, and not after it has been renewed: a server renews it first.
 * @param renewal - who renews what, for which key
 * @param context - what the authority knows
 */
export async function decideRenewal(renewal: Renewal, context: RenewalContext): Promise<RenewalDecision> {
  const { ledger, issuers, now } = context;
  const { keyHash, serialHex, server } = renewal;
  const presented = await findIssued(ledger, issuers, serialHex);
  if (presented === undefined || presented.subject !== server || presented.profile !== 'server') {
    return refused(
      refuse(
        'predecessor-unknown',
        `this authority has not issued the certificate ${serialHex.slice(0, 40)} of ${server}`,
        'let the server join again with a new token from entente join-token, and find out where its certificate comes from',
      ),
    );
  }
  const revoked = refuseRevoked(presented, server);
  if (revoked !== undefined) return refused(revoked);
  const isInternal = renewal.interface === internalInterface;
  const side = isInternal ? undefined : renewal.interface;
  const before = (await ledger.issuedFor(keyHash)).find(
    (one) =>
      one.subject === server &&
      one.interface === side &&
      one.serialHex !== serialHex &&
      one.notAfter >= now &&
      (!isInternal || one.predecessor?.serialHex === serialHex),
  );
  if (before !== undefined) {
    const late = refuseRevoked(before, server);
    return late === undefined ? { kind: 'again', certificate: before } : refused(late);
  }
  const living = (await ledger.successors(idOf(presented))).find(
    (one) => one.interface === undefined && one.notAfter >= now && one.revocation === undefined,
  );
  if (living !== undefined && (isInternal || living.keyHash !== presented.keyHash)) {
    const found = `has been renewed, and its successor ${living.serialHex} has another key`;
    return refused(alreadyRenewed(renewal, found));
  }
  if (isInternal) return { kind: 'issue', predecessor: idOf(presented) };
  // Oldest first. One that is newer than the certificate presented was asked for with it, or with one that has been renewed since.
  const valid = await validCertificates(ledger, server, now);
  const newest = valid.findLast((one) => one.interface === side);
  if (newest === undefined) return { kind: 'issue' };
  const isNewer = valid.indexOf(newest) > valid.findIndex((one) => one.serialHex === serialHex);
  if (!isNewer) return { kind: 'issue', predecessor: idOf(newest) };
  const found = `is older than ${newest.serialHex}, which the interface ${side} has got with another key`;
  return refused(alreadyRenewed(renewal, found));
}

function alreadyRenewed({ serialHex, server }: Renewal, found: string): PkiRefusal {
  return refuse(
    'already-renewed',
    `the certificate ${serialHex} of ${server} ${found}`,
    'if the server has lost its newest certificate, let it join again with a token from entente join-token with --replace; if not, somebody else has its key: revoke its certificates with entente cert revoke',
  );
}

/**
 * Refuses what belongs to a revoked certificate.
 * @param recorded - the certificate
 * @param server - its server
 */
export function refuseRevoked(
  { revocation, serialHex }: RecordedCertificate,
  server: string,
): PkiRefusal | undefined {
  if (revocation === undefined) return undefined;
  return refuse(
    'requester-revoked',
    `the certificate ${serialHex} of ${server} is revoked (${revocation.reason})`,
    'let the server join again with a new token from entente join-token',
  );
}

function idOf({ issuer, serialHex }: CertificateId): CertificateId {
  return { issuer, serialHex };
}

function refused(refusal: PkiRefusal): RenewalDecision {
  return { kind: 'refused', refusal };
}
