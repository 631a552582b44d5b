/** A word of a text. */
export interface WordAt {
  readonly word: string;
  /** Index of its first letter. */
  readonly at: number;
}

/** What is not language, though it stands in a sentence: code, addresses, paths, names with a dot, slash or underscore in them. */
const notLanguage: readonly RegExp[] = [
  /```.*?```/gs,
  /(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gs,
  /\]\([^)\s]*\)/g,
  /<\/?[a-z][^>\n]*>/gi,
  /\{#[\w-]+\}/g,
  /\b(?:https?|sips?|wss?|spiffe|urn|tel|mailto|rediss?|postgres(?:ql)?):[^\s)'"`]+/gi,
  /\$\{[^}]*\}/g,
  /(?<=^|\s)@[\w-]+(?:\/[\w/-]+)?/g,
  /\S*[\p{L}\d](?:[._/\\:=@][\p{L}\d*{<$-])\S*/gu,
  /(?<=^|\s)--?[a-z][\w-]*/g,
  /\\[nrtbfu]/g,
  /&[a-z]+;/g,
];

/**
 * The words of a text that are language: no code, addresses, paths and file names; no words with digits in them, no names in
 * the form of code and no abbreviations in capitals. A possessive is without its ending, and what a hyphen joins is several
 * words. Nothing goes across what was blanked (`␟`).
 *
 * @param text - prose, with other things in it
 */
export function wordsIn(text: string): WordAt[] {
  const parts = [...text.matchAll(/[^␟]+/g)].filter(([part]) => /\p{L}/u.test(part));
  return parts.flatMap(({ 0: part, index }) =>
    wordsOf(part).map(({ at, word }) => ({ word, at: at + index })),
  );
}

function wordsOf(part: string): WordAt[] {
  let prose = part;
  for (const pattern of notLanguage)
    prose = prose.replaceAll(pattern, (found) => found.replaceAll(/\S/g, '␟'));
  return [...prose.matchAll(/[\p{L}\d_$][\p{L}\d_$'’]*/gu)].flatMap((match) => {
    const word = match[0].replaceAll('’', "'").replace(/(?:'s)?'*$/, '');
    return isLanguage(word) ? [{ word, at: match.index }] : [];
  });
}

function isLanguage(word: string): boolean {
  if (word.length < 3 || !/^[\p{L}']+$/u.test(word)) return false;
  return /^\p{Lu}?[\p{Ll}']+$/u.test(word);
}
