import type { AuthorityFolder } from '../authority-folder.ts';
import { damaged } from '../read-issuers.ts';
import { publicMode } from '../write-file-atomically.ts';

/** The file that says that a folder was restored. */
export const restoredFile = 'restored.json';

const format = 'entente-restored/1';

/** Says that the folder of an authority was restored from a backup. Times are milliseconds since 1970. */
export interface RestoredMark {
  /** When the backup was taken. */
  readonly takenAt: number;
  /** When it was restored. */
  readonly restoredAt: number;
  /** Numbers that are signed from now on are greater than this too: an administrator knows of one that is in use. */
  readonly above?: number;
  /** When the authority has made its numbers jump; absent before its first start. */
  readonly jumpedAt?: number;
}

/**
 * Reads the mark of a folder.
 * @param folder - of the authority
 * @returns undefined where it was not restored
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function readRestoredMark(folder: AuthorityFolder): Promise<RestoredMark | undefined> {
  const text = (await folder.read(restoredFile))?.toString('utf8');
  if (text === undefined) return undefined;
  const mark = parse(text);
  if (mark !== undefined) return mark;
  throw damaged(folder.pathOf(restoredFile), 'the file does not say when the folder was restored');
}

/**
 * Writes the mark of a folder.
 * @param folder - of the authority
 * @param mark - what it says
 */
export function writeRestoredMark(folder: AuthorityFolder, mark: RestoredMark): Promise<void> {
  return folder.write(restoredFile, `${JSON.stringify({ format, ...mark })}\n`, publicMode);
}

function parse(text: string): RestoredMark | undefined {
  try {
    const { format: found, ...mark } = JSON.parse(text) as RestoredMark & { readonly format?: unknown };
    const times = [mark.takenAt, mark.restoredAt, mark.above ?? 0, mark.jumpedAt ?? 0];
    return found === format && times.every(Number.isSafeInteger) ? mark : undefined;
  } catch {
    return undefined;
  }
}
