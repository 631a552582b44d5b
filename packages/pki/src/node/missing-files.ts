import { parseIssuers } from '../rollover/issuer-record.ts';
import { authorityFiles } from './authority-files.ts';
import { type AuthorityFolder, authorityFolder } from './authority-folder.ts';
import { issuerFiles, rolloverFiles } from './issuer-files.ts';
import { rootFiles } from './root-files.ts';
import { readRecord } from './root-store.ts';

/**
 * Finds files that are gone without which an authority cannot be opened: those of its roots, and of the issuing authorities that have not
 * retired. A running authority goes on with what it has in memory, and writes none of them again.
 * @param directory - of the authority
 * @returns their names in the folder
 */
export async function missingFiles(directory: string): Promise<readonly string[]> {
  const folder = authorityFolder(directory);
  const needed = [...(await ofRoots(folder)), ...(await ofIssuers(folder))];
  const isThere = await Promise.all(needed.map((name) => folder.exists(name)));
  return needed.filter((_, index) => isThere[index] === false);
}

async function ofRoots(folder: AuthorityFolder): Promise<readonly string[]> {
  const records = await readRecord(folder);
  if (records === undefined) return [authorityFiles.rootCertificate, authorityFiles.rootCrl];
  return records.flatMap(({ number }) => [rootFiles(number).certificate, rootFiles(number).list]);
}

async function ofIssuers(folder: AuthorityFolder): Promise<readonly string[]> {
  const text = await folder.read(rolloverFiles.issuers);
  const records = text === undefined ? undefined : parseIssuers(text.toString('utf8'));
  return (records ?? [{ number: 1, stage: 'active' }]).flatMap(({ number, stage }) => {
    const { certificate, key } = issuerFiles(number);
    return stage === 'retired' ? [certificate] : [certificate, key];
  });
}
