import { createHash } from 'node:crypto';
import { issuerId, publicationPaths } from '@entente/pki';
import type { NamedList } from '@entente/topology';
import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, oids } from '@entente/x509';
import { isAhead } from '../state/signed-times.ts';
import { withdrawnRevocation } from './withdrawn-revocation.ts';

/** A list as it arrived. */
export interface OfferedList {
  readonly list: CertificateList;
  /** The list that a trust state names, in the place of which this one came; `undefined` for one that an earlier run has written. */
  readonly named: NamedList | undefined;
}

/** Why a list is refused. */
export type ListRefusalReason =
  | 'signature-invalid'
  | 'delta'
  | 'not-yet-signed'
  | 'other-scope'
  | 'replayed'
  | 'forked'
  | 'revocation-withdrawn';

/** A list that was not accepted. */
export interface RefusedList extends OfferedList {
  readonly reason: ListRefusalReason;
  /** Predicate of a sentence about the list. */
  readonly problem: string;
  /** What to do now; absent where the log of the authority says more. */
  readonly remedy?: string;
}

/** What lists are accepted by. */
export interface ListKnowledge {
  /** Lists in force. */
  readonly current: readonly CertificateList[];
  /** Certificates of our own authorities. */
  readonly authorities: readonly Certificate[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Problem = Pick<RefusedList, 'problem' | 'reason' | 'remedy'>;

/**
 * Decides which revocation lists are in force: for each authority, key and distribution point the list that the trust state names, or a
 * newer one that the authority has signed. Nothing goes back to a lower number, or gives way to a list of the same authority that says less:
 * a delta, or one that lacks a revocation which cannot have left it.
 * @param offered - as they arrived, nothing of them verified
 * @param knowledge - what is in force, whose lists count, and the time
 * @returns the lists in force after that, and what was refused
 */
export function acceptLists(
  offered: readonly OfferedList[],
  { authorities, current, now }: ListKnowledge,
): { readonly lists: readonly CertificateList[]; readonly refused: readonly RefusedList[] } {
  const lists = new Map(current.map((list) => [placeOfList(list), list]));
  const refused: RefusedList[] = [];
  for (const one of offered) {
    const { list } = one;
    const known = lists.get(placeOfList(list));
    const problem =
      signatureProblem(one, authorities) ??
      timeProblem(list, now) ??
      scopeProblem(one) ??
      namedProblem(one) ??
      knownProblem(list, known, authorities);
    if (problem !== undefined) refused.push({ ...one, ...problem });
    else if (known === undefined || listHash(known) !== listHash(list)) lists.set(placeOfList(list), list);
  }
  return { lists: [...lists.values()], refused };
}

/**
 * The list in force in the place of one that a trust state names.
 * @param named - by the state
 * @param knowledge - lists in force, and our authorities
 */
export function heldFor(
  named: NamedList,
  { authorities, current }: Pick<ListKnowledge, 'authorities' | 'current'>,
): CertificateList | undefined {
  const issuer = authorities.find(({ publicKey }) => issuerId(publicKey.der) === named.issuer);
  if (issuer === undefined) return undefined;
  return current.find(
    (list) =>
      list.issuer.canonical === issuer.subject.canonical &&
      hex(list.authorityKeyId?.keyId) === hex(issuer.subjectKeyId) &&
      coversPlace(list, named),
  );
}

/**
 * Whether a list is for the certificates for which a state names one.
 * @param list - of the same authority
 * @param named - by the state
 */
export function coversPlace(list: CertificateList, named: NamedList): boolean {
  return list.issuingDistributionPoint === undefined ? named.shard === 0 : covers(list, named);
}

/** SHA-256 of a list, DER, lower-case hexadecimal. Lists may be large: each is hashed once. */
export function listHash(list: CertificateList): string {
  let hash = hashes.get(list);
  if (hash === undefined) {
    hash = createHash('sha256').update(list.der).digest('hex');
    hashes.set(list, hash);
  }
  return hash;
}

const hashes = new WeakMap<CertificateList, string>();

/**
 * What a list may replace: one of the same authority, by name and key (a root that is being replaced has one name and two keys),
 * for the same certificates.
 */
export function placeOfList({ authorityKeyId, extensions, issuer }: CertificateList): string {
  const scope = extensions.find(({ oid }) => oid === oids.issuingDistributionPoint)?.value;
  return [issuer.canonical, hex(authorityKeyId?.keyId), hex(scope)].join(' ');
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** A forged list must not displace the true one, whatever number it carries. */
function signatureProblem(
  { list, named }: OfferedList,
  authorities: readonly Certificate[],
): Problem | undefined {
  const isOurs = authorities.some(
    (issuer) =>
      issuer.subject.canonical === list.issuer.canonical &&
      (named === undefined || issuerId(issuer.publicKey.der) === named.issuer) &&
      isSignedBy(list, issuer),
  );
  return isOurs ? undefined : { reason: 'signature-invalid', problem: 'is not signed by our authority' };
}

/** It would make every peer `clock-untrusted` until its time. */
function timeProblem({ thisUpdate }: CertificateList, now: number): Problem | undefined {
  if (!isAhead(thisUpdate, now)) return undefined;
  const problem = `is dated ${new Date(thisUpdate).toISOString()}, which is in the future by the clock of this server`;
  return { reason: 'not-yet-signed', problem };
}

/** @see RFC 5280 §5.2.5 */
function scopeProblem({ list, named }: OfferedList): Problem | undefined {
  if (list.baseCrlNumber !== undefined) return { reason: 'delta', problem: 'is a delta, not a whole list' };
  const point = list.issuingDistributionPoint;
  if (point === undefined || named === undefined) return undefined;
  if (covers(list, named)) return undefined;
  return {
    reason: 'other-scope',
    problem: 'covers other certificates than the list that the trust state names',
  };
}

function covers({ issuingDistributionPoint }: CertificateList, { issuer, shard }: NamedList): boolean {
  const path = publicationPaths.crl(issuer, shard);
  const names = issuingDistributionPoint?.name?.type === 'full' ? issuingDistributionPoint.name.names : [];
  return names.some((name) => name.type === 'uri' && pathOf(name.value) === path);
}

function pathOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).pathname : undefined;
}

/** An authority may have published a newer list since it signed the state; an older one is played back. */
function namedProblem({ list, named }: OfferedList): Problem | undefined {
  if (named === undefined) return undefined;
  const number = list.crlNumber ?? 0n;
  const wanted = BigInt(named.number);
  if (number < wanted)
    return { reason: 'replayed', problem: `is number ${number}, and the trust state names number ${wanted}` };
  if (number > wanted || listHash(list) === named.sha256) return undefined;
  return {
    reason: 'forked',
    problem: `has number ${number} and the hash ${listHash(list)}, and the trust state names ${named.sha256} under that number`,
  };
}

/** A list with a lower number is an old one played back (RFC 5280 §5.2.3). */
function knownProblem(
  list: CertificateList,
  known: CertificateList | undefined,
  authorities: readonly Certificate[],
): Problem | undefined {
  if (known === undefined) return undefined;
  const number = list.crlNumber ?? 0n;
  const before = known.crlNumber ?? 0n;
  if (number > before) return withdrawnProblem(list, known, authorities);
  if (number < before)
    return { reason: 'replayed', problem: `is number ${number}, and number ${before} is in force` };
  if (listHash(list) === listHash(known)) return undefined;
  return { reason: 'forked', problem: `has number ${number}, as the list in force, and other content` };
}

/** An authority whose database went back signs higher numbers soon, and has forgotten what it revoked meanwhile. */
function withdrawnProblem(
  list: CertificateList,
  known: CertificateList,
  authorities: readonly Certificate[],
): Problem | undefined {
  const isOfRoot = authorities.some(
    ({ issuer, subject, subjectKeyId }) =>
      subject.canonical === issuer.canonical &&
      subject.canonical === list.issuer.canonical &&
      hex(subjectKeyId) === hex(list.authorityKeyId?.keyId),
  );
  const lost = withdrawnRevocation(list, known, isOfRoot);
  if (lost === undefined) return undefined;
  const since = new Date(lost.revocationDate).toISOString();
  return {
    reason: 'revocation-withdrawn',
    problem: `has number ${list.crlNumber ?? 0n} and lacks the certificate ${lost.serialHex}, revoked at ${since}, which list ${known.crlNumber ?? 0n}, in force here, has: the authority went back and lost what it had revoked`,
    remedy: isOfRoot
      ? 'let the root sign again from its newest list, with entente ca root request --revoke for what is lost, and bring the answer with entente ca root accept'
      : 'stop the authority, and restore its newest backup with entente ca restore --replace --lists and the file revocation.crl of this server',
  };
}
