import { OptionPlace, rule } from './option-rule.ts';

const place = new OptionPlace('nearestName');
const aName = rule('a text', (value) => typeof value === 'string');
const theNames = rule(
  'a list of texts',
  (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
);

/**
 * Finds the name that a caller most likely meant.
 *
 * @param written - what the caller wrote
 * @param names - what there is; `limits.maxPending` stands for an option inside another
 * @returns the nearest name; undefined where none is near
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  aName.read(written, place.within('first argument'));
  theNames.read(names, place.within('second argument'));
  const wanted = plain(written);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const far = distance(wanted, plain(name.slice(name.lastIndexOf('.') + 1)));
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
    const other = plain(name.slice(name.lastIndexOf('.') + 1));
    const shared = Math.min(wanted.length, other.length);
    return shared >= shortestBeginning && wanted.slice(0, shared) === other.slice(0, shared);
  });
}

/** Longest name that is compared: a caller's key has any length. */
const longestName = 40;

function plain(name: string): string {
  return name.slice(0, longestName).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Letters to insert, remove, replace or exchange with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
