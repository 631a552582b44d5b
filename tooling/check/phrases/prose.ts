import ts from 'typescript';
import type { SourceFile } from '../source/source-file.ts';

/** What stands for text that is not prose: no pattern goes across it. */
const gap = '␟';

/** A name that a file declares, as its words. */
export interface DeclaredName {
  readonly name: string;
  readonly words: string;
  readonly at: number;
}

/** What a person reads of a source file. Everything else is blanked, so that places stay what they were. */
export interface Prose {
  /** Its comments and, outside tests, its texts with white space in them. A text without is a name or a value. */
  readonly text: string;
  /** The titles of a test: the first arguments of `describe`, `it` and `test`, also of `it.each(…)`. */
  readonly titles: string;
  /** Of variables, functions, types, members and parameters. */
  readonly names: readonly DeclaredName[];
}

type Range = readonly [from: number, to: number];

/** Several checks look at the same files. */
const read = new WeakMap<SourceFile, Prose>();

/** The prose of a TypeScript file. */
export function proseOfSource(file: SourceFile): Prose {
  const prose = read.get(file) ?? readProse(file);
  read.set(file, prose);
  return prose;
}

function readProse(file: SourceFile): Prose {
  const { text, tree } = file;
  /** No comment begins in one. */
  const literals: Range[] = [];
  const prose: Range[] = [];
  const titles: Range[] = [];
  const names: DeclaredName[] = [];
  const visit = (node: ts.Node): void => {
    if (isText(node) || ts.isRegularExpressionLiteral(node)) {
      const from = node.getStart(tree);
      literals.push([from, node.end]);
      // Without its quotation marks: a backtick would begin code, as in a comment.
      const marks = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) ? 2 : 1;
      if (!file.test && isText(node) && /\s/.test(text.slice(from, node.end)))
        prose.push([from + 1, node.end - marks]);
    } else if (ts.isCallExpression(node)) {
      const [title] = node.arguments;
      if (
        title !== undefined &&
        isText(title) &&
        /^(?:describe|it|test)\b/.test(node.expression.getText(tree))
      )
        titles.push([title.getStart(tree), title.end]);
    } else if (declares(node)) {
      const { name } = node as { name?: ts.Node };
      if (name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)))
        names.push({ name: name.text, words: wordsOf(name.text), at: name.getStart(tree) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  const kept = [...prose, ...commentsIn(text, literals)].sort(([one], [other]) => one - other);
  return { text: undecorated(blankedBut(text, kept)), titles: blankedBut(text, titles), names };
}

/** The comments of a text, given its literals in order. */
function commentsIn(text: string, literals: readonly Range[]): Range[] {
  const found: Range[] = [];
  const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  let next = 0;
  for (let match = comment.exec(text); match !== null; match = comment.exec(text)) {
    while ((literals[next]?.[1] ?? Number.POSITIVE_INFINITY) <= match.index) next += 1;
    const [from = Number.POSITIVE_INFINITY, to = 0] = literals[next] ?? [];
    if (from <= match.index) comment.lastIndex = to;
    else found.push([match.index, match.index + match[0].length]);
  }
  return found;
}

/** A text with everything blanked but what is kept, in order. */
function blankedBut(text: string, kept: readonly Range[]): string {
  const blank = (from: number, to: number): string =>
    text.slice(from, to).replaceAll(/\S+/g, (code) => gap.repeat(code.length));
  const parts: string[] = [];
  let at = 0;
  for (const [from, to] of kept) {
    parts.push(blank(at, from), text.slice(from, to));
    at = to;
  }
  return parts.join('') + blank(at, text.length);
}

/** Blanks what frames a comment, so that a phrase is found across its lines. */
function undecorated(text: string): string {
  return text.replaceAll(/^[ \t␟]*(?:\/\*\*?|\*\/|\*|\/\/)(?=\s|$)/gm, (mark) => ' '.repeat(mark.length));
}

function isText(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
  );
}

/** The prose of a YAML file or a shell script: its comments. */
export function proseOfScript(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line.replace(/^(.*?)(\s*#.*)?$/, (_, code: string, comment = '') => gap.repeat(code.length) + comment),
    )
    .join('\n')
    .replaceAll(/^[ ␟]*#/gm, (mark) => ' '.repeat(mark.length));
}

function declares(node: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isParameter(node)
  );
}

/** `TellApart` and `tell-apart` as `tell apart`. */
export function wordsOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}
