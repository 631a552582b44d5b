import { anyText } from '@entente/options';
import { checks } from './checks.ts';

/** Control characters but for the tab, and ends of lines and paragraphs. */
const breaking = /[^\P{Cc}\t]|[\u2028\u2029]/u;
/** Characters that begin or end a part of the text in another order. */
const turns = /[\u202A-\u202E\u2066-\u2069]/g;
const embeddingEnd = '\u202C';
const isolateEnd = '\u2069';

/**
 * Whether a text changes how a telephone shows what stands beside it: it ends the line, or has what is behind it in another order as well. A name for display
 * is the partner's to choose, but behind `Alice` and U+202E the address of its user is shown backwards, and reads as one of ours.
 * @param text - a name for display
 * @see Unicode Standard Annex #9, BD9 to BD13: an embedding or override ends with U+202C, an isolate with U+2069, which ends what has begun in it as well
 */
export function reachesBeyond(text: string): boolean {
  checks.argument(text, anyText, 'argument of reachesBeyond');
  if (breaking.test(text)) return true;
  /** What has begun and not ended: whether it is an isolate. */
  const open: boolean[] = [];
  for (const [character] of text.matchAll(turns)) {
    if (character === embeddingEnd) {
      if (open.at(-1) === false) open.pop();
    } else if (character === isolateEnd) {
      const begun = open.lastIndexOf(true);
      if (begun !== -1) open.length = begun;
    } else open.push(character >= '\u2066');
  }
  return open.length > 0;
}
