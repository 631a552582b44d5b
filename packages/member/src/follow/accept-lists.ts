import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, oids } from '@entente/x509';

/** A list as it arrived. */
export interface OfferedList {
  readonly list: CertificateList;
  /** URL that it was fetched from; `undefined` for one that an earlier run has written. */
  readonly from: string | undefined;
}

/** A list that was not accepted. */
export interface RefusedList extends OfferedList {
  /** Predicate of a sentence about the list. */
  readonly problem: string;
}

/**
 * Decides which revocation lists are in force: for each authority, key and distribution point the newest that the authority has
 * signed. Nothing goes back to a lower number, or gives way to a list of the same authority that says less.
 * @param current - in force before
 * @param offered - as they arrived, nothing of them verified
 * @param authorities - certificates of our own authorities
 * @returns the lists in force after that, and what was refused
 */
export function acceptLists(
  current: readonly CertificateList[],
  offered: readonly OfferedList[],
  authorities: readonly Certificate[],
): { readonly lists: readonly CertificateList[]; readonly refused: readonly RefusedList[] } {
  const lists = new Map(current.map((list) => [placeOf(list), list]));
  const refused: RefusedList[] = [];
  for (const { list, from } of offered) {
    const problem = signatureProblem(list, authorities) ?? scopeProblem(list, from);
    if (problem !== undefined) {
      refused.push({ list, from, problem });
      continue;
    }
    const known = lists.get(placeOf(list));
    // A list with a lower number is an old one played back (RFC 5280 §5.2.3).
    if (known === undefined || (list.crlNumber ?? 0n) > (known.crlNumber ?? 0n))
      lists.set(placeOf(list), list);
  }
  return { lists: [...lists.values()], refused };
}

/**
 * What a list may replace: one of the same authority, by name and key (a root that is being replaced has one name and two keys),
 * for the same certificates.
 */
function placeOf({ authorityKeyId, extensions, issuer }: CertificateList): string {
  const scope = extensions.find(({ oid }) => oid === oids.issuingDistributionPoint)?.value;
  return [issuer.canonical, hex(authorityKeyId?.keyId), hex(scope)].join(' ');
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** A forged list must not displace the true one, whatever number it carries. */
function signatureProblem(list: CertificateList, authorities: readonly Certificate[]): string | undefined {
  const isOurs = authorities.some(
    (issuer) => issuer.subject.canonical === list.issuer.canonical && isSignedBy(list, issuer),
  );
  return isOurs ? undefined : 'is not signed by our authority';
}

/**
 * Over plain HTTP an attacker may answer with anything that our authority ever signed, in the place of what was asked for.
 * @see RFC 5280 §5.2.5
 */
function scopeProblem(list: CertificateList, from: string | undefined): string | undefined {
  if (list.baseCrlNumber !== undefined) return 'is a delta, not a whole list';
  const point = list.issuingDistributionPoint;
  if (point === undefined || from === undefined) return undefined;
  const names = point.name?.type === 'full' ? point.name.names : [];
  const covers = names.some((name) => name.type === 'uri' && name.value === from);
  return covers ? undefined : 'covers other certificates than those that name this URL';
}
