import ts from 'typescript';
import type { LedgerTest } from '../ledger/cell.ts';

/** The texts of a test's source that may be parts of titles. */
export interface SourceTests {
  /**
   * Whether the source has a test of this title in a block of this one. A title that is made of parts, as those of `it.each` are, counts
   * where the source has each part as a text of its own.
   */
  has(test: Pick<LedgerTest, 'title' | 'within'>): boolean;
}

/**
 * Reads the source of a test file, without running it.
 * @param text - of the file
 */
export function readSourceTests(text: string): SourceTests {
  const tree = ts.createSourceFile('source.test.ts', text, ts.ScriptTarget.Latest, true);
  const known = new Set<string>();
  const collect = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) known.add(node.text);
    ts.forEachChild(node, collect);
  };
  collect(tree);
  const isTitle = (pattern: RegExp, title: string): boolean => {
    const found = pattern.exec(title);
    return found?.slice(1).every((part) => known.has(part)) ?? false;
  };
  const search = (node: ts.Node, within: string, title: string, isInside: boolean): boolean => {
    let inside = isInside;
    if (ts.isCallExpression(node)) {
      const called = /^(describe|it|test)\b/.exec(node.expression.getText(tree))?.[1];
      const pattern = titlePattern(node.arguments[0]);
      if (called !== undefined && pattern !== undefined) {
        if (called === 'describe') inside ||= isTitle(pattern, within);
        else if (isInside && isTitle(pattern, title)) return true;
      }
    }
    return ts.forEachChild(node, (child) => search(child, within, title, inside) || undefined) ?? false;
  };
  return { has: ({ title, within }) => search(tree, within, title, false) };
}

/** A title as a pattern whose groups are the parts that come from elsewhere. */
function titlePattern(node: ts.Expression | undefined): RegExp | undefined {
  if (node === undefined) return undefined;
  const plain = (text: string) =>
    text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(/%[sdj]/g, '(.+)');
  if (ts.isStringLiteralLike(node)) return new RegExp(`^${plain(node.text)}$`);
  if (!ts.isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map(({ literal }) => `(.+)${plain(literal.text)}`);
  return new RegExp(`^${plain(node.head.text)}${spans.join('')}$`);
}
