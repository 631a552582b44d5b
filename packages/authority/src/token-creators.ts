import { maxJoinTokenMs, type PkiRefusal, refuse } from '@entente/pki';
import type { Ledger, RecordedCertificate, StoredJoinToken } from '@entente/pki/ledger';
import type { Topology } from '@entente/topology';
import { refuseAdministrator } from './administrators.ts';

/** What is looked at of a token. */
type OrderedToken = Pick<StoredJoinToken, 'createdBy' | 'notAfter'>;

/** What is known of those who order tokens. */
export interface TokenCreatorOptions {
  /** FQDN of the authority. */
  readonly fqdn: string;
  readonly ledger: Pick<Ledger, 'issuedTo'>;
  /** The one in force. */
  readonly topology: () => Topology | undefined;
}

/**
 * Refuses a join token of an administrator who may order none now: an order ends with the right to it, as connections and commands do.
 * Also one of an administrator of whom a certificate was revoked since: a thief may have ordered it.
 * @param token - that the ledger takes
 * @param options - topology, ledger and name of the authority
 * @returns undefined where the token counts
 */
export async function refuseTokenOf(
  token: OrderedToken,
  { fqdn, ledger, topology }: TokenCreatorOptions,
): Promise<PkiRefusal | undefined> {
  // Those that have expired since the order are of interest too.
  const issued = await ledger.issuedTo(token.createdBy, orderedFrom(token));
  // Read after the last wait.
  return refuseByCreator(token, topology(), fqdn, issued);
}

function refuseByCreator(
  token: OrderedToken,
  topology: Topology | undefined,
  fqdn: string,
  issued: readonly RecordedCertificate[],
): PkiRefusal | undefined {
  const { createdBy } = token;
  if (topology === undefined) return tokenRevoked(createdBy, 'no topology is in force that names them');
  const unable = refuseAdministrator(topology, fqdn, createdBy);
  if (unable !== undefined) return tokenRevoked(createdBy, unable.message);
  const revoked = issued.find(
    ({ profile, revocation }) =>
      profile === 'administrator' && revocation !== undefined && revocation.at >= orderedFrom(token),
  );
  if (revoked === undefined) return undefined;
  return tokenRevoked(createdBy, `their certificate ${revoked.serialHex} was revoked since`);
}

/** The earliest time of the order: a token says when it ends, and lives no longer than this. */
function orderedFrom({ notAfter }: OrderedToken): number {
  return notAfter - maxJoinTokenMs;
}

function tokenRevoked(createdBy: string, why: string): PkiRefusal {
  return refuse(
    'token-revoked',
    `the join token was ordered by the administrator ${createdBy}, and counts no more: ${why}`,
    'let an administrator of the topology in force create another join token with entente join-token, for one hour; if nobody knows why this one was used, look for what its creator has ordered with entente audit',
  );
}
