import type { ImportedLists } from '@entente/pki/node';
import { counted } from '../topology/answer.ts';
import { timeText } from './certificates.ts';

/**
 * Issuing authorities of a backup of which no list says what they have revoked since: there is neither a newer one, nor one that is the last
 * one of the backup. A last one that has ended says nothing: its member was away when the next one came. Nor does one of the root.
 * @param imported - what lists have told
 * @param now - milliseconds since 1970
 * @returns their ids, see `issuerId` of `@entente/pki`
 */
export function untoldIssuers(
  { issuers, lists }: Pick<ImportedLists, 'issuers' | 'lists'>,
  now: number,
): readonly string[] {
  const isKnown = (id: string): boolean =>
    lists.some((list) => list.issuer === id && (list.newer || (list.last && now <= list.nextUpdate)));
  return issuers.filter((id) => !isKnown(id));
}

/**
 * What the lists of members have told, for people.
 * @param imported - what lists have told
 * @param takenAt - when the backup was taken, as text
 * @param now - milliseconds since 1970
 */
export function listLines(imported: ImportedLists, takenAt: string, now: number): readonly string[] {
  const { lists, revoked, unknown } = imported;
  if (lists.length === 0) return [`not restored: what was revoked since ${takenAt}`];
  return [
    ...missingLines(imported, takenAt, now),
    `${counted(revoked.length, 'revocation')} since then ${revoked.length === 1 ? 'was' : 'were'} found in the lists`,
    ...revoked.map(
      ({ at, reason, serialHex, subject }) =>
        `  ${serialHex}  ${subject ?? 'issued since the backup'}, ${reason}, at ${timeText(at)}`,
    ),
    ...unknown.map((issuer) => `not used: the list of ${issuer}, which this backup does not know`),
  ];
}

function missingLines(imported: ImportedLists, takenAt: string, now: number): readonly string[] {
  const untold = untoldIssuers(imported, now);
  const hasNewer = imported.lists.some(({ newer }) => newer);
  if (untold.length > 0)
    return [
      hasNewer
        ? `not restored: what issuing authority ${untold.join(', ')} has revoked since ${takenAt}; no list of it is newer than the backup`
        : `not restored: what was revoked since ${takenAt}; the lists are older than the backup, have ended, or are of the root, and do not say it`,
    ];
  if (hasNewer) return [];
  return [
    `the lists are the last ones of the backup: their members know of nothing that was revoked since ${takenAt}, as is usual`,
  ];
}
