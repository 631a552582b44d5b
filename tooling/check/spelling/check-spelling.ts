import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import dictionary from 'dictionary-en-gb';
import nspell, { type Speller } from 'nspell';
import { proseOfSource } from '../phrases/prose.ts';
import { readPages, type Text } from '../phrases/texts.ts';
import type { Problem } from '../problem.ts';
import { readSources, type SourceFile } from '../source/source-file.ts';
import { wordsIn } from './words-in.ts';

let speller: Speller | undefined;

/** Read when the first word is judged, and once: it takes a second. */
function isBritish(word: string): boolean {
  speller ??= nspell(dictionary);
  return speller.correct(word);
}

/** Words that no dictionary has: of the field, of programs, of names; one a line, sorted. */
export const wordList = 'tooling/check/spelling/words.txt';

/**
 * Every word that a person reads is one of British English or of the list: in pages, comments, texts of programs, titles of
 * tests, comments of scripts. The list has no word that no text has.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 */
export function checkSpelling(root: string, sources = readSources(root)): Problem[] {
  const listed = readFileSync(join(root, wordList), 'utf8')
    .split('\n')
    .filter((word) => word !== '');
  const problems = checkOrder(listed);
  const ours = new Set(listed);
  const used = new Set<string>();
  const verdicts = new Map<string, boolean>();
  const judge = (word: string): boolean => {
    const lower = word.toLowerCase();
    if (isBritish(word)) return true;
    for (const form of [word, lower]) {
      if (!ours.has(form)) continue;
      used.add(form);
      return true;
    }
    return false;
  };
  for (const { file, text } of readTexts(root, sources)) {
    for (const { at, word } of wordsIn(text)) {
      const correct = verdicts.get(word) ?? judge(word);
      verdicts.set(word, correct);
      if (correct) continue;
      const line = text.slice(0, at).split('\n').length;
      problems.push({ file, line, message: `spelling: ${word}; correct it, or add it to ${wordList}` });
    }
  }
  for (const word of listed)
    if (!used.has(word)) problems.push({ file: wordList, message: `no text needs ${word}; remove it` });
  return problems;
}

function* readTexts(root: string, sources: readonly SourceFile[]): Generator<Text> {
  for (const source of sources) {
    const { text, titles } = proseOfSource(source);
    yield { file: source.path, text };
    if (source.test) yield { file: source.path, text: titles };
  }
  yield* readPages(root);
}

function checkOrder(listed: readonly string[]): Problem[] {
  const index = listed.findIndex((word, at) => at > 0 && compare(listed[at - 1] as string, word) >= 0);
  if (index === -1) return [];
  const message = `${listed[index]} is listed twice or not in its place: one word a line, sorted`;
  return [{ file: wordList, line: index + 1, message }];
}

/** By letters; capitals come with their letter. */
function compare(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  if (first === second) return a < b ? -1 : a === b ? 0 : 1;
  return first < second ? -1 : 1;
}
