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

/**
 * How many letters are inserted, removed, replaced or swapped between two names: the optimal string alignment distance.
 * @param one - short, as texts of operators are
 */
export function editsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let line = 1; line <= one.length; line++) {
    const next = [line];
    for (let column = 1; column <= other.length; column++) {
      const same = one[line - 1] === other[column - 1];
      let edits = Math.min(next[column - 1]! + 1, last[column]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1];
      if (line > 1 && column > 1 && swapped) edits = Math.min(edits, before[column - 2]! + 1);
      next.push(edits);
    }
    [before, last] = [last, next];
  }
  return last[other.length]!;
}
