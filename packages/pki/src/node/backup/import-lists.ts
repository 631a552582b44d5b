import { isSignedBy } from '@entente/trust';
import { type CertificateList, decodeCrl, decodePem } from '@entente/x509';
import { PkiFault } from '../../ground/fault.ts';
import { issuerId } from '../../ground/issuer-id.ts';
import { profiles } from '../../ground/profile.ts';
import { isRevocationReason, type RevocationReason } from '../../ground/revocation-reason.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readRootList } from '../../rollover/root-list.ts';
import { authorityFolder } from '../authority-folder.ts';
import { IssuerStore } from '../issuer-store.ts';
import type { RootStore, StoredRoot } from '../root-store.ts';

/** A file with revocation lists, e.g. `revocation.crl` of a member. */
export interface ListFile {
  /** Its path, for faults. */
  readonly place: string;
  /** PEM with any number of lists, or one in DER. */
  readonly content: Uint8Array;
}

/** A revocation that the ledger did not have. */
export interface FoundRevocation {
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As the list says; `unspecified` where it says none or another one than this release knows. */
  readonly reason: RevocationReason;
  /** Whose certificate it is, where the ledger has recorded it. */
  readonly subject?: string;
}

/** A list that counts. */
export interface ReadList {
  /** See `issuerId`. */
  readonly issuer: string;
  readonly number: number;
  /** Whether it says what was revoked since the backup: it is of an issuing authority, and newer than the last one of the backup. */
  readonly newer: boolean;
  /** Whether it is the last one of the backup, of an issuing authority: whom it is from knows of no revocation since. */
  readonly last: boolean;
  /** Until when it is current, milliseconds since 1970: whom it is from may have missed what was revoked before. Zero where it says none. */
  readonly nextUpdate: number;
}

/** What lists have told. */
export interface ImportedLists {
  /** Issuing authorities whose lists are published, as the backup has them: see `issuerId`. */
  readonly issuers: readonly string[];
  /** Those that count: signed by an authority of this folder. */
  readonly lists: readonly ReadList[];
  /** What the ledger has now and did not have before. */
  readonly revoked: readonly FoundRevocation[];
  /** Issuers of lists that no authority of this folder has signed, RFC 4514 form. */
  readonly unknown: readonly string[];
}

/** Revocations that are written together. */
const atOnce = 500;
/** A certificate that is revoked had been issued before, so it ends no later than this after it. */
const longestLifeMs = Math.max(...Object.values(profiles).map(({ lifetimeMs }) => lifetimeMs));

/**
 * Takes over revocations that were signed since a backup was taken: each list is believed because the key of this authority has signed it. A
 * newer list of the root takes the place of the one in the folder. A hold counts only where the newest list of all has it, and that is newer
 * than the backup: it may have been released since an older one.
 * @param directory - folder of the authority, which does not run
 * @param ledger - of the folder
 * @param files - from members
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a file in which no list is signed by an authority of the folder
 */
export async function importLists(
  directory: string,
  ledger: Ledger,
  files: readonly ListFile[],
): Promise<ImportedLists> {
  const folder = authorityFolder(directory);
  const store = await IssuerStore.open(folder);
  const issuing = store.records.flatMap(({ number }) => store.certificate(number) ?? []);
  const lists: ReadList[] = [];
  const ours: { readonly list: CertificateList; readonly id: string }[] = [];
  const unknown = new Set<string>();
  const known = new Map<string, number>();
  for (const { content, place } of files) {
    const countBefore = lists.length;
    for (const list of listsIn(content, place)) {
      const number = numberOf(list);
      const root = store.roots.all.find(({ certificate }) => isSignedBy(list, certificate));
      const issuer = root?.certificate ?? issuing.find((one) => isSignedBy(list, one));
      if (issuer === undefined) {
        unknown.add(list.issuer.toString());
        continue;
      }
      const id = issuerId(issuer.publicKey.der);
      if (root === undefined) {
        // The ledger gives its last number only by giving the next one.
        if (!known.has(id)) known.set(id, (await ledger.nextCrlNumber(id)) - 1);
        ours.push({ list, id });
      } else await replaceRootList(store.roots, list, root);
      const before = root === undefined ? known.get(id) : undefined;
      lists.push({
        issuer: id,
        number,
        newer: before !== undefined && number > before,
        last: number === before,
        nextUpdate: list.nextUpdate ?? 0,
      });
    }
    if (lists.length === countBefore) throw noneOfOurs(place, [...unknown]);
  }
  const revoked: FoundRevocation[] = [];
  for (const { id, list } of ours) {
    const newest = Math.max(...lists.map(({ issuer, number }) => (issuer === id ? number : 0)));
    const holds = numberOf(list) === newest && newest > (known.get(id) ?? 0);
    revoked.push(...(await take(list, id, ledger, holds)));
  }
  return { issuers: store.live.map(({ record }) => record.id), lists, revoked, unknown: [...unknown] };
}

function numberOf(list: CertificateList): number {
  return Number(list.crlNumber ?? 0n);
}

/** Each entry is recorded before the number: a crash between the two leaves nothing out. */
async function take(
  list: CertificateList,
  issuer: string,
  ledger: Ledger,
  holds: boolean,
): Promise<FoundRevocation[]> {
  const found: FoundRevocation[] = [];
  const entries = [...list.entries()].filter(({ reason }) => holds || reason !== 'certificateHold');
  while (entries.length > 0) {
    // At once, so that the ledger writes them together.
    const some = entries.splice(0, atOnce).map(async ({ reason: said, revocationDate: at, serialHex }) => {
      const reason = isRevocationReason(said) ? said : 'unspecified';
      const foreign = { issuer, serialHex, notAfter: at + longestLifeMs };
      const outcome = await ledger.revokeForeign(foreign, { at, reason });
      if (outcome !== 'revoked') return [];
      const subject = (await ledger.find(issuer, serialHex))?.subject;
      return [{ serialHex, at, reason, ...(subject === undefined ? {} : { subject }) }];
    });
    found.push(...(await Promise.all(some)).flat());
  }
  await ledger.nextCrlNumber(issuer, numberOf(list));
  return found;
}

async function replaceRootList(roots: RootStore, list: CertificateList, root: StoredRoot): Promise<void> {
  if (numberOf(list) <= root.crl.number) return;
  if (readRootList(list.der, root.certificate).ok) await roots.acceptList(root.certificate, list);
}

/** @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` */
function listsIn(content: Uint8Array, place: string): readonly CertificateList[] {
  const blocks = content[0] === 0x30 ? undefined : decodePem(content);
  const encoded =
    blocks === undefined
      ? [content]
      : blocks.ok
        ? blocks.value.filter(({ label }) => label === 'X509 CRL').map(({ der }) => der)
        : [];
  // A delta says less than all, and what it takes back is not known here.
  const lists = encoded.flatMap((der) => {
    const decoded = decodeCrl(der);
    return decoded.ok && decoded.value.baseCrlNumber === undefined ? [decoded.value] : [];
  });
  if (lists.length > 0) return lists;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: 'expected revocation lists, PEM or DER, found none',
    place,
    remedy: 'name the file revocation.crl of the folder of a member',
  });
}

function noneOfOurs(place: string, issuers: readonly string[]): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected a revocation list that this authority has signed, found those of ${issuers.join(', ')}`,
    place,
    remedy: 'name the file revocation.crl of a member of this network',
  });
}
