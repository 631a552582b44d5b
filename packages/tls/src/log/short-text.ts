import { checks } from '../options/checks.ts';

const place = checks.optionsOf('shortText');
/** Fewest characters of a result. */
const least = 64;
/**
 * Characters of a text in a line of the log that peers may have written a part of. Sentences of our own are shorter; a peer could write
 * tens of thousands, and a bound on the number of lines would not keep it from filling a disk.
 */
const usual = 512;
/** The mark with the largest number. */
const longestMark = mark(Number.MAX_SAFE_INTEGER).length;

/**
 * A text of bounded length, for the log. Of a longer one the start and the end stay, and a mark between them says how much was left out.
 * @param text - of which a peer may have written a part
 * @param most - characters of the result; default 512, at least 64
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function shortText(text: string, most = usual): string {
  if (typeof text !== 'string') throw place.within('first argument').unlike('a text', text);
  if (!(Number.isInteger(most) && most >= least))
    throw place.within('second argument').unlike(`a whole number from ${least}`, most);
  if (text.length <= most) return text;
  const half = Math.floor((most - longestMark) / 2);
  return `${text.slice(0, half)}${mark(text.length - 2 * half)}${text.slice(-half)}`;
}

function mark(count: number): string {
  return ` … ${count} characters left out … `;
}
