import type { Certificate } from '@entente/x509';
import { PkiFault } from '../../ground/fault.ts';
import { spkiHash } from '../../ground/issuer-id.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import { RootStore } from '../root-store.ts';

/**
 * Refuses to put a backup in the place of another authority, e.g. that of another organisation. Two folders are of one authority where they
 * have a root in common, because a next root is recorded beside the one before it.
 * @param backup - the restored folder
 * @param present - the folder that is there; one whose roots cannot be read is of any authority: it may be why somebody restores
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS`; `ENTENTE_PKI_AUTHORITY_DAMAGED` where the backup has no root
 */
export async function refuseOtherAuthority(backup: AuthorityFolder, present: AuthorityFolder): Promise<void> {
  const restored = await rootsOf(backup);
  const found = await rootsOf(present).catch(() => undefined);
  if (found === undefined) return;
  const known = new Set(found.map(hashOf));
  if (restored.some((root) => known.has(hashOf(root)))) return;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
    sentence: `the folder has another authority, ${nameOf(found)}, and the backup is of ${nameOf(restored)}`,
    place: present.pathOf('.'),
    remedy:
      'name the folder of the authority of this backup with --directory; where it is to take the place of the other one, move that folder away first',
  });
}

async function rootsOf(folder: AuthorityFolder): Promise<readonly Certificate[]> {
  return (await RootStore.open(folder)).all.map(({ certificate }) => certificate);
}

function hashOf({ der }: Certificate): string {
  return spkiHash(der);
}

function nameOf(roots: readonly Certificate[]): string {
  return roots.map((root) => `${root.subject.toString()} (SHA-256 ${hashOf(root).slice(0, 16)}…)`).join(', ');
}
