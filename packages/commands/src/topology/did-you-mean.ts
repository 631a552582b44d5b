import { editsBetween } from '@entente/options';

/** Names that differ by more than this are not taken for a slip of the keyboard. */
const mostEdits = 3;

/**
 * The name that someone may have meant: one whose first label is the same, or the nearest by inserted, removed, replaced and
 * swapped letters.
 * @param given - as it was typed
 * @param names - those that exist
 */
export function didYouMean(given: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = mostEdits + 1;
  for (const name of names) {
    if (name === given || Math.abs(name.length - given.length) > 64) continue;
    const label = name.split('.', 1)[0] ?? name;
    const edits =
      given === label
        ? 0
        : Math.min(editsBetween(given, name), given.includes('.') ? fewest : editsBetween(given, label));
    if (edits < fewest && edits < Math.max(given.length, 2) - 1) [nearest, fewest] = [name, edits];
  }
  return nearest;
}
