/**
 * Finds the name that a caller most likely meant.
 *
 * @param written - what the caller wrote
 * @param names - what there is; `limits.maxPending` stands for an option inside another
 * @returns the nearest name; undefined where none is near
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const wanted = plain(written);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const far = editsBetween(wanted, lastPart(name));
    if (far >= least) continue;
    least = far;
    nearest = name;
  }
  return least <= Math.max(1, Math.floor(wanted.length / 3)) ? nearest : begunBy(wanted, names);
}

/** Shortest beginning that two names share to count as near. */
const shortestBeginning = 4;

function begunBy(wanted: string, names: readonly string[]): string | undefined {
  return names.find((name) => {
    const other = lastPart(name);
    const shared = Math.min(wanted.length, other.length);
    return shared >= shortestBeginning && wanted.slice(0, shared) === other.slice(0, shared);
  });
}

function lastPart(name: string): string {
  return plain(name.slice(name.lastIndexOf('.') + 1));
}

/** Longest name that is compared: a caller's key has any length. */
const longestName = 40;

function plain(name: string): string {
  return name.slice(0, longestName).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/**
 * Counts the letters to insert, remove, replace or exchange with the next one: the optimal string alignment distance.
 *
 * @param one - a short text
 * @param other - another one
 */
export function editsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[other.length]!;
}
