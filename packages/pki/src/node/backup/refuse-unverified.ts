import { join } from 'node:path';
import { PkiFault } from '../../ground/fault.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import { manifestFile } from '../manifest-file.ts';
import { readPlain } from '../read-plain.ts';
import { presentBackupKey } from './backup-key.ts';
import { maxSignatureBytes, signatureFile, signerOf, verifyManifest } from './backup-signature.ts';
import { damaged } from './restore-faults.ts';

/** Whose backup is restored. */
export interface Provenance {
  /** The hash of the key that must have signed it; default: that of the folder which is replaced. */
  readonly signer?: string | undefined;
  /** Whether the operator takes it although that cannot be told. */
  readonly unverified?: boolean | undefined;
}

/** What is known of it. */
export interface FoundSigner {
  /** The key that has signed the manifest; absent where it has no signature. */
  readonly signer?: string;
  /** Whether that is the key that was expected. */
  readonly verified: boolean;
}

/**
 * Refuses a backup that the authority has not written: its hashes are those of the manifest alone, and who may write to the place of backups
 * exchanges both. A signature that does not fit is damage, whatever was consented to.
 * @param from - the backup
 * @param manifest - its text; hostile
 * @param present - the folder that it is to replace, or that was set aside for it before: its key counts where no other was named; undefined where there is none
 * @param provenance - what the operator knows
 * @returns the key that has signed it, and whether it is the one that was expected
 * @throws PkiFault `ENTENTE_PKI_BACKUP_UNVERIFIED`, `ENTENTE_PKI_BACKUP_DAMAGED`
 */
export async function refuseUnverified(
  from: string,
  manifest: string,
  present: AuthorityFolder | undefined,
  { signer: named, unverified = false }: Provenance,
): Promise<FoundSigner> {
  const expected = named ?? (await presentSigner(present));
  const signer = await signerIn(from, manifest);
  const found = signer === undefined ? {} : { signer };
  if (signer !== undefined && signer === expected) return { ...found, verified: true };
  if (unverified && named === undefined) return { ...found, verified: false };
  throw refused(from, signer, expected);
}

/** @returns undefined where the backup has no signature */
async function signerIn(from: string, manifest: string): Promise<string | undefined> {
  const place = join(from, signatureFile);
  const file = await readPlain(place, maxSignatureBytes);
  if (file === undefined) return undefined;
  if (!file.ok) throw damaged(place, `expected the signature of the manifest, found ${file.found}`);
  const verdict = verifyManifest(manifest, file.content.toString('utf8'));
  if (!verdict.ok) throw notItsSignature(place);
  return verdict.signer;
}

function notItsSignature(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BACKUP_DAMAGED', {
    sentence: `the file is not a signature of ${manifestFile}`,
    place,
    remedy:
      'use another copy of this backup, or an earlier one; nothing was restored. Where this is the only one, and you know in another way that it was not changed: remove this file, and give --unverified',
  });
}

/** @returns undefined where the folder has no key that can be read: that may be why somebody restores */
async function presentSigner(present: AuthorityFolder | undefined): Promise<string | undefined> {
  const key = present && (await presentBackupKey(present).catch(() => undefined));
  return key && signerOf(key);
}

function refused(place: string, signer: string | undefined, expected: string | undefined): PkiFault {
  const consent =
    'where you know in another way that your authority has written this backup and that it was not changed since, give --unverified instead';
  return new PkiFault('ENTENTE_PKI_BACKUP_UNVERIFIED', {
    sentence:
      signer === undefined
        ? 'expected a backup that the authority has signed, found one without a signature: of an earlier release, or changed by others'
        : expected === undefined
          ? `the backup is signed by the key ${signer}, and nothing here says whether that is the key of your authority`
          : `expected a backup that is signed by the key ${expected}, found one that the key ${signer} has signed`,
    place,
    remedy:
      signer === undefined
        ? `restore a backup with ${signatureFile}; ${consent}`
        : `compare the hash with the one that entente ca backup printed when the backup was taken: where it is the same, give it with --signer; ${consent}`,
  });
}
