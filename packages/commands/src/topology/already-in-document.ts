import type { Problem } from '@entente/topology';
import { type Document, isMap, isNode, isSeq } from 'yaml';
import type { Before, StillNamed } from './removal-blocked.ts';

/**
 * What an edit adds though the document has it: the check sees two entries, while the file has one.
 * @param problems - those that the edit would add
 * @param edited - the document with what was added
 * @param before - the document as it is in the file
 * @returns undefined where no problem is about a name that the same list has
 */
export function alreadyThere(
  problems: readonly Problem[],
  edited: Document,
  { document, lines }: Before,
): StillNamed | undefined {
  for (const { code, path } of problems) {
    const [list, , key] = path;
    if (code !== 'duplicate-name' || path.length !== 3) continue;
    const name = edited.getIn(path);
    const entries = document.getIn([list]);
    const entry = isSeq(entries)
      ? entries.items.find((item) => isMap(item) && item.get(key) === name)
      : undefined;
    if (!isNode(entry)) continue;
    const at = entry.range ? ` (line ${lines.linePos(entry.range[0]).line})` : '';
    return {
      message: `${name} is there already${at}`,
      remedy: 'Change that entry in the file, or give the new one another name',
    };
  }
  return undefined;
}
