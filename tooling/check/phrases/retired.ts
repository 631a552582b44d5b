import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A word or phrase that texts here no longer use, and what to write instead. */
export interface RetiredPhrase {
  /** What exceptions and reports call it. */
  readonly phrase: string;
  /** Case does not matter; a space stands for any white space, so that a phrase is found across lines. */
  readonly pattern: RegExp;
  readonly instead: string;
  /** Whether file names and names in code must not have it either, as words of their own. */
  readonly names?: true;
}

/** The retired phrases, from `retired.yaml`. */
export const retiredPhrases: readonly RetiredPhrase[] = (
  parse(readFileSync(new URL('retired.yaml', import.meta.url), 'utf8')) as readonly (Omit<
    RetiredPhrase,
    'pattern'
  > & { readonly pattern: string })[]
).map((row) => ({ ...row, pattern: new RegExp(row.pattern) }));
