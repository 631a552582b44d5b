import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '../ground/fault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { authorityFiles } from './authority-files.ts';
import { publicMode, writeWhole } from './write-file-atomically.ts';

/** Is there while an authority is created, and after a creation that came to no end. */
const markFile = 'creation.unfinished';
/** What an authority cannot do without, and nobody can make once more. */
const irreplaceable = [
  authorityFiles.rootKey,
  authorityFiles.issuingKey,
  authorityFiles.issuingCertificate,
  authorityFiles.stateKey,
];

/**
 * Begins the creation of an authority in a folder that has no certificate of a root. Where that is all that is missing of an authority, its keys would
 * be overwritten; what a creation that came to no end has left may be.
 * @param directory - exists
 * @returns refuses a ledger that has been used; and ends the creation, once the certificate of the root is there
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function beginCreation(
  directory: string,
): Promise<{ refuseUsed(ledger: Ledger): Promise<void>; end(): Promise<void> }> {
  const mark = join(directory, markFile);
  const isUnfinished = await access(mark).then(
    () => true,
    () => false,
  );
  const names = new Set(await readdir(directory));
  const left = irreplaceable.find((name) => names.has(name));
  if (!isUnfinished && left !== undefined) throw withoutRoot(directory, left);
  await writeWhole(mark, '', publicMode);
  return {
    async refuseUsed(ledger) {
      if (isUnfinished) return;
      const { certificates } = await ledger.list({ limit: 1 });
      if (certificates.length === 0) return;
      await endCreation(directory);
      throw withoutRoot(directory, 'a ledger with certificates');
    },
    end: () => endCreation(directory),
  };
}

/**
 * The authority in a folder is complete: a creation that ended before it could say so is over.
 * @param directory - of the authority
 */
export async function endCreation(directory: string): Promise<void> {
  await rm(join(directory, markFile), { force: true });
}

function withoutRoot(directory: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `expected an authority or none, found ${found} without ${authorityFiles.rootCertificate}: a new authority would overwrite the keys that are there`,
    place: directory,
    remedy: `bring ${authorityFiles.rootCertificate} back, which every member and every administrator has, or restore a backup; for a new authority choose another folder`,
  });
}
