import { readFile } from 'node:fs/promises';

/**
 * A configuration of this folder with words of a run in place of words in capitals.
 *
 * @param name - of the file
 * @param words - what stands for which
 */
export async function filledIn(name: string, words: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(new URL(name, import.meta.url), 'utf8');
  return text.replaceAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g, (word) => words[word] ?? word);
}
