import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../problem.ts';
import { readSources, type SourceFile, walk } from '../source/source-file.ts';
import { type PhraseException, phraseExceptions } from './exceptions.ts';
import { declaredNames, proseOfScript, proseOfSource, titlesOfTest, wordsOf } from './prose.ts';
import { type RetiredPhrase, retiredPhrases } from './retired.ts';

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
 * @param rules - the list and its exceptions
 */
export function checkPhrases(
  root: string,
  rules: PhraseRules = { phrases: retiredPhrases, exceptions: phraseExceptions },
): Problem[] {
  const { exceptions, phrases } = rules;
  const findings = [...inSources(readSources(root), phrases), ...inPages(root, phrases)];
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
  const inNames = phrases.filter(({ names }) => names);
  for (const file of sources) {
    yield* inText(file.path, proseOfSource(file), phrases);
    // A title names what the code names: house words stay out of it as they stay out of names.
    if (file.test) yield* inText(file.path, titlesOfTest(file), inNames);
    for (const phrase of inNames) {
      const name = file.path.split('/').at(-1) ?? '';
      if (wholeWords(phrase).test(wordsOf(name)))
        yield { file: file.path, line: 1, phrase, found: name, around: name };
      if (file.test) continue;
      for (const { at, name: declared, words } of declaredNames(file)) {
        if (!wholeWords(phrase).test(words)) continue;
        const line = file.tree.getLineAndCharacterOfPosition(at).line + 1;
        yield { file: file.path, line, phrase, found: declared, around: declared };
      }
    }
  }
}

/** Pages, scripts and settings. */
function* inPages(root: string, phrases: readonly RetiredPhrase[]): Generator<Finding> {
  for (const path of walk(root)) {
    // A report shows declarations: their names are checked where they are declared.
    if (path === 'pnpm-lock.yaml' || path.endsWith('.api.md')) continue;
    const page = path.endsWith('.md');
    const script = /\.(ya?ml|sh)$/.test(path) || path === '.ci/run' || path.startsWith('tooling/bin/');
    if (!page && !script) continue;
    const text = readFileSync(join(root, path), 'utf8');
    yield* inText(path, page ? text : proseOfScript(text), phrases);
  }
}

function* inText(file: string, text: string, phrases: readonly RetiredPhrase[]): Generator<Finding> {
  for (const phrase of phrases) {
    for (const match of text.matchAll(wholeWords(phrase))) {
      const line = text.slice(0, match.index).split('\n').length;
      const around = text
        .slice(Math.max(0, match.index - aroundLength), match.index + match[0].length + aroundLength)
        .replaceAll(/\s+/g, ' ');
      yield { file, line, phrase, found: match[0].replaceAll(/\s+/g, ' '), around };
    }
  }
}

/** The pattern between borders of words, with a space for any white space. */
function wholeWords({ pattern }: RetiredPhrase): RegExp {
  return new RegExp(`(?<![\\w-])(?:${pattern.source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi');
}
