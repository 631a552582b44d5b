import ts from 'typescript';
import type { SourceFile } from './source-file.ts';

/** One `@tag` of a comment. */
export interface DocTag {
  /** Without `@`. */
  readonly tag: string;
  /** What stands behind it, up to the next tag. */
  readonly text: string;
  /** The same with its lines. */
  readonly body: string;
  /** 1-based. */
  readonly line: number;
}

/** A documentation comment with what it documents. */
export interface DocComment {
  readonly node: ts.Node;
  readonly summary: string;
  readonly tags: readonly DocTag[];
}

/** Every documentation comment of a file, in order. */
export function docCommentsOf(file: SourceFile): DocComment[] {
  const found: DocComment[] = [];
  const visit = (node: ts.Node): void => {
    for (const comment of commentsOf(node)) {
      const line = file.tree.getLineAndCharacterOfPosition(comment.pos).line + 1;
      found.push({ node, ...parseDocComment(comment.getText(file.tree), line) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return found;
}

/** What is said of a declaration; undefined where it has no documentation comment. */
export function docCommentOf(node: ts.Node): DocComment | undefined {
  const comment = commentsOf(node).at(-1);
  return comment === undefined ? undefined : { node, ...parseDocComment(comment.getText(), 1) };
}

/** Whether what is documented has a summary: text before the first tag. */
export function isSummarised(node: ts.Node): boolean {
  return commentsOf(node).some((comment) => parseDocComment(comment.getText(), 1).summary !== '');
}

function commentsOf(node: ts.Node): readonly ts.JSDoc[] {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter((one): one is ts.JSDoc => ts.isJSDoc(one) && one.parent === node);
}

/**
 * Takes a comment apart. A tag begins a line or follows a space; what stands in backticks or in a code block is none.
 *
 * @param text - With its slashes and stars.
 * @param line - Of its first line.
 */
function parseDocComment(text: string, line: number): Omit<DocComment, 'node'> {
  const tags: { tag: string; text: string; body: string; line: number }[] = [];
  const summary: string[] = [];
  let inCode = false;
  for (const [index, raw] of text.slice(3, -2).split('\n').entries()) {
    const written = raw.replace(/^\s*\* ?/, '');
    if (written.trim().startsWith('```')) inCode = !inCode;
    let at = 0;
    const add = (part: string): void => {
      const last = tags.at(-1);
      if (last === undefined) summary.push(part);
      else {
        last.text = `${last.text} ${part.trim()}`.trim();
        last.body += last.body === '' ? part.trim() : `\n${part}`;
      }
    };
    if (!inCode) {
      const masked = written.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length));
      for (const match of masked.matchAll(/(?<=^|\s)@([a-zA-Z]+)(?![\w/-])/g)) {
        add(written.slice(at, match.index));
        tags.push({ tag: match[1] as string, text: '', body: '', line: line + index });
        at = match.index + match[0].length;
      }
    }
    add(written.slice(at));
  }
  return { summary: summary.join('\n').trim(), tags };
}
