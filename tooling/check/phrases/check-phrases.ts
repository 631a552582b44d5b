import { basename } from 'node:path';
import type { Problem } from '../problem.ts';
import { readSources, type SourceFile } from '../source/source-file.ts';
import { type PhraseException, phraseExceptions } from './exceptions.ts';
import { type DeclaredName, proseOfSource, wordsOf } from './prose.ts';
import { type RetiredPhrase, retiredPhrases } from './retired.ts';
import { readPages } from './texts.ts';

/** The list and its exceptions; tests bring their own. */
export interface PhraseRules {
  readonly phrases: readonly RetiredPhrase[];
  readonly exceptions: readonly PhraseException[];
}

/** A retired phrase at a place. */
interface Finding {
  readonly file: string;
  readonly line: number;
  readonly phrase: RetiredPhrase;
  /** What is there, as a sentence needs it. */
  readonly found: string;
  /** The text around it, for exceptions that name a part of it. */
  readonly around: string;
}

/** Characters on each side of a finding that an exception may name. */
const aroundLength = 80;

/**
 * No text that a person reads has a retired phrase: comments, texts of programs, pages, comments of scripts; and no file
 * or name in code has one that is a word of its own.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 * @param rules - the list and its exceptions
 */
export function checkPhrases(
  root: string,
  sources = readSources(root),
  rules: PhraseRules = { phrases: retiredPhrases, exceptions: phraseExceptions },
): Problem[] {
  const { exceptions } = rules;
  const phrases = rules.phrases.map((phrase) => ({ ...phrase, pattern: wholeWords(phrase) }));
  const findings = [...inSources(sources, phrases)];
  for (const { file, text } of readPages(root)) findings.push(...inText(file, text, phrases));
  const used = new Set<PhraseException>();
  const problems: Problem[] = [];
  for (const finding of findings) {
    const exception = exceptions.find((candidate) => excuses(candidate, finding));
    if (exception !== undefined) used.add(exception);
    else {
      const { file, found, line, phrase } = finding;
      problems.push({ file, line, message: `"${found}" is retired; ${phrase.instead}` });
    }
  }
  for (const exception of exceptions.filter((each) => !used.has(each))) {
    problems.push({
      file: exception.path,
      message: `the exception for "${exception.phrase}" excuses nothing; remove it`,
    });
  }
  return problems;
}

function excuses({ path, phrase, text }: PhraseException, finding: Finding): boolean {
  const inPath = path.endsWith('/') ? finding.file.startsWith(path) : finding.file === path;
  if (!inPath || (phrase !== '*' && phrase !== finding.phrase.phrase)) return false;
  return text === undefined || finding.around.includes(text);
}

function* inSources(sources: readonly SourceFile[], phrases: readonly RetiredPhrase[]): Generator<Finding> {
  const ofNames = phrases.filter(({ names }) => names);
  for (const file of sources) {
    const { names, text, titles } = proseOfSource(file);
    yield* inText(file.path, text, phrases);
    // A title names what the code names: house words stay out of it as they stay out of names.
    if (file.test) yield* inText(file.path, titles, ofNames);
    const name = basename(file.path);
    const declared = [{ at: 0, name, words: wordsOf(name) }, ...(file.test ? [] : names)];
    for (const { at, name: found, phrase } of namesWith(declared, ofNames)) {
      const line = file.tree.getLineAndCharacterOfPosition(at).line + 1;
      yield { file: file.path, line, phrase, found, around: found };
    }
  }
}

function namesWith(names: readonly DeclaredName[], phrases: readonly RetiredPhrase[]) {
  const suspect = names.filter(({ words }) => anyOf(phrases).test(words));
  return suspect.flatMap(({ words, ...rest }) =>
    phrases.filter(({ pattern }) => words.search(pattern) !== -1).map((phrase) => ({ ...rest, phrase })),
  );
}

function* inText(file: string, text: string, phrases: readonly RetiredPhrase[]): Generator<Finding> {
  if (!anyOf(phrases).test(text)) return;
  for (const phrase of phrases) {
    for (const match of text.matchAll(phrase.pattern)) {
      const line = text.slice(0, match.index).split('\n').length;
      const around = text
        .slice(Math.max(0, match.index - aroundLength), match.index + match[0].length + aroundLength)
        .replaceAll(/\s+/g, ' ');
      yield { file, line, phrase, found: match[0].replaceAll(/\s+/g, ' '), around };
    }
  }
}

const known = new WeakMap<readonly RetiredPhrase[], RegExp>();

/** Most texts have none: one look at each says so. */
function anyOf(phrases: readonly RetiredPhrase[]): RegExp {
  const pattern =
    known.get(phrases) ?? new RegExp(phrases.map(({ pattern: one }) => one.source).join('|'), 'i');
  known.set(phrases, pattern);
  return pattern;
}

/** The pattern between borders of words, with a space for any white space. */
function wholeWords({ pattern }: RetiredPhrase): RegExp {
  return new RegExp(`(?<![\\w-])(?:${pattern.source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi');
}
