import ts from 'typescript';
import { linkNumberRooms } from './house.ts';
import type { Problem } from './problem.ts';
import { lineOf, readSources, type SourceFile } from './source/source-file.ts';

/** The text of a row, as in `12 edge–partner`. */
const linkText = /(?:^|[^\w.])(?:[1-9]|1\d|20) [a-z]+(?:-[a-z]+)*–[a-z]+/;
/** A row in code that stands in a string, as patches and documents of tests have it. */
const quotedRow = /\brow:? ?={0,3} ?[1-9]\d*\b/;

/**
 * A link of the allow matrix is named by `links` of `@entente/topology`, so that number, name and protection agree everywhere: no
 * other source has the number of a row or its text.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 */
export function checkLinks(root: string, sources = readSources(root)): Problem[] {
  return sources
    .filter(({ home, path }) => !linkNumberRooms.has(home) && !path.startsWith('tooling/check/'))
    .flatMap(typedLinks);
}

function typedLinks(file: SourceFile): Problem[] {
  const problems: Problem[] = [];
  const report = (node: ts.Node, what: string): void => {
    const line = lineOf(file, node);
    problems.push({
      file: file.path,
      line,
      message: `types ${what} of the allow matrix; use links of @entente/topology`,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (linkText.test(node.text)) report(node, 'the text of a row');
      else if (quotedRow.test(node.text)) report(node, 'the number of a row');
    } else if (ts.isNumericLiteral(node) && node.text !== '0' && isRowNumber(node)) {
      report(node, 'the number of a row');
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return problems;
}

/** Whether a number is given to something called a row or a link, or compared with it. */
function isRowNumber(number: ts.NumericLiteral): boolean {
  let node: ts.Node = number;
  while (isWrapper(node.parent)) node = node.parent;
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) return namesRow(parent.name);
  if (!ts.isBinaryExpression(parent)) return ts.isCaseClause(parent) && namesRow(switched(parent));
  return namesRow(parent.left === node ? parent.right : parent.left);
}

/** What may stand between a number and its name: a list, a set of a list, a choice, a type. */
function isWrapper(node: ts.Node): boolean {
  return (
    ts.isArrayLiteralExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isConditionalExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  );
}

function switched(clause: ts.CaseClause): ts.Node {
  return clause.parent.parent.expression;
}

function namesRow(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return namesRow(node.name);
  return ts.isIdentifier(node) && /^(?:row|link)s?$|(?:Row|Link)s?$/.test(node.text);
}
