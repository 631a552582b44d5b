import { canonicalJson } from '../document/canonical-json.ts';
import type { Path } from '../terms/problem.ts';
import type { Change, Effect } from './change.ts';
import { cutText, inWords } from './describe-value.ts';

/** Collects the differences between two documents. */
export class Recorder {
  readonly changes: Change[] = [];

  add(kind: Change['kind'], effect: Effect, path: Path, summary: string, details = ''): void {
    this.changes.push({ kind, effect, path, summary, ...(details === '' ? {} : { details }) });
  }

  /** A single value: the same effect whatever the two values are, or one that depends on them. */
  value<T>(before: T, after: T, path: Path, effect: Effect | ((before: T, after: T) => Effect)): void {
    if (isSame(before, after)) return;
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    const decided = typeof effect === 'function' ? effect(before, after) : effect;
    this.add(kind, decided, path, `${label(path)}: ${shown(before)} → ${shown(after)}`);
  }

  /**
   * Entries with a key of their own: pairs them, whatever their order.
   * @returns nothing; a changed order alone is recorded as cosmetic
   */
  entries<T>(
    before: readonly T[] | undefined,
    after: readonly T[] | undefined,
    path: Path,
    keyOf: (entry: T) => string,
    rules: {
      readonly added: (entry: T) => Effect;
      readonly removed: (entry: T) => Effect;
      readonly both: (before: T, after: T, path: Path) => void;
    },
  ): void {
    if (before === after) return;
    const found = this.changes.length;
    const old = new Map((before ?? []).map((entry) => [keyOf(entry), entry]));
    for (const entry of after ?? []) {
      const key = keyOf(entry);
      const known = old.get(key);
      old.delete(key);
      if (known === undefined)
        this.add(
          'added',
          rules.added(entry),
          [...path, key],
          `${label([...path, key])} added`,
          detailsOf(entry, key),
        );
      else if (known !== entry) rules.both(known, entry, [...path, key]);
    }
    for (const [key, entry] of old) {
      this.add('removed', rules.removed(entry), [...path, key], `${label([...path, key])} removed`);
    }
    if (this.changes.length === found && !isSame(before, after)) {
      this.add('changed', 'cosmetic', path, `${label(path)}: written in another order`);
    }
  }

  /** A set of names. Losing some but not all is `shrinking`; any that come are `growing`. */
  names(
    before: readonly string[],
    after: readonly string[],
    path: Path,
    effects: { readonly shrinking: Effect; readonly growing: Effect },
  ): void {
    this.entries(before, after, path, (name) => name, {
      added: () => effects.growing,
      removed: () => effects.shrinking,
      both: () => {},
    });
  }
}

/** Whether two values have the same canonical form. */
export function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  return canonicalJson(before) === canonicalJson(after);
}

function label(path: Path): string {
  return path.join(' › ');
}

/** Every field is there: what is left out would be signed unread. Only long texts, keys and certificates, are cut. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return canonicalJson(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) => cutText(text));
}

/** What an entry says beside its key. */
function detailsOf(entry: unknown, key: string): string {
  if (typeof entry !== 'object' || entry === null) return '';
  return inWords(Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== key)));
}
