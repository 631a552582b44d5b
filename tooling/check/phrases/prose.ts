import ts from 'typescript';
import type { SourceFile } from '../source/source-file.ts';

/** What stands for text that is not prose: no pattern goes across it. */
const gap = '␟';

/**
 * The prose of a TypeScript file: its comments and, outside tests, its texts with white space in them. A text without
 * is a name or a value. Everything else is blanked, so that places stay what they were.
 */
export function proseOfSource(file: SourceFile): string {
  const { keep, text } = blanked(file);
  const seen = new Set<number>();
  const comments = (at: number, ranges: typeof ts.getLeadingCommentRanges): void => {
    for (const { end, pos } of ranges(file.text, at) ?? []) {
      if (!seen.has(pos)) keep(pos, end);
      seen.add(pos);
    }
  };
  const visit = (node: ts.Node): void => {
    comments(node.pos, ts.getLeadingCommentRanges);
    comments(node.end, ts.getTrailingCommentRanges);
    // Without its quotation marks: a backtick would begin code, as in a comment.
    if (!file.test && isText(node) && /\s/.test(node.getText(file.tree)))
      keep(
        node.getStart(file.tree) + 1,
        node.end - (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) ? 2 : 1),
      );
    for (const child of node.getChildren(file.tree)) visit(child);
  };
  visit(file.tree);
  return undecorated(text());
}

/** The titles of a test: the first arguments of `describe`, `it` and `test`, also of `it.each(…)`. */
export function titlesOfTest(file: SourceFile): string {
  const { keep, text } = blanked(file);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:describe|it|test)\b/.test(node.expression.getText(file.tree))) {
      const [title] = node.arguments;
      if (title !== undefined && isText(title)) keep(title.getStart(file.tree), title.end);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return text();
}

/** The text of a file with everything blanked but what is kept. */
function blanked(file: SourceFile) {
  const kept = new Uint8Array(file.text.length);
  return {
    keep: (from: number, to: number): void => void kept.fill(1, from, to),
    text: (): string => {
      const parts: string[] = [];
      for (let from = 0, to = 0; from < kept.length; from = to) {
        while (to < kept.length && kept[to] === kept[from]) to++;
        const part = file.text.slice(from, to);
        parts.push(kept[from] === 1 ? part : part.replaceAll(/\S/g, gap));
      }
      return parts.join('');
    },
  };
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

/** A name that a file declares, as its words. */
export interface DeclaredName {
  readonly name: string;
  readonly words: string;
  readonly at: number;
}

/** The names that a source file declares: of variables, functions, types, members and parameters. */
export function declaredNames(file: SourceFile): DeclaredName[] {
  const found: DeclaredName[] = [];
  const visit = (node: ts.Node): void => {
    const { name } = node as { name?: ts.Node };
    if (name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && declares(node)) {
      found.push({ name: name.text, words: wordsOf(name.text), at: name.getStart(file.tree) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return found;
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
