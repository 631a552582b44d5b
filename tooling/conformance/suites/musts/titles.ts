import ts from 'typescript';

const callers: ReadonlySet<string> = new Set(['describe', 'it', 'test']);

/**
 * The titles of the tests in a source file, each behind the titles of what surrounds it. A title that is built stands as it is written,
 * with its `${…}` and `%s`.
 * @param path - for messages
 * @param text - of the file
 */
export function testTitles(path: string, text: string): readonly (readonly string[])[] {
  const found: string[][] = [];
  const visit = (node: ts.Node, around: readonly string[]): void => {
    const title = titleOf(node);
    const inside = title === undefined ? around : [...around, title.text];
    if (title !== undefined && title.caller !== 'describe') found.push([...inside]);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true), []);
  return found;
}

function titleOf(node: ts.Node): { readonly caller: string; readonly text: string } | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const caller = callerOf(node.expression);
  const [first] = node.arguments;
  if (caller === undefined || !callers.has(caller) || first === undefined) return undefined;
  if (ts.isStringLiteralLike(first)) return { caller, text: first.text };
  return ts.isTemplateExpression(first) ? { caller, text: first.getText().slice(1, -1) } : undefined;
}

/** `it` of `it(…)`, `it.skipIf(…)(…)` and `it.each(…)(…)`. */
function callerOf(expression: ts.Expression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression))
    return callerOf(expression.expression.expression);
  return undefined;
}

/**
 * Whether titles name a section of an RFC: `RFC 3261 §16.3`, also behind others of the same RFC (`RFC 3261 §16.2, §16.3`).
 * @param titles - of a test and what surrounds it
 * @param rfc - number
 * @param section - `16.3`
 */
export function namesSection(titles: readonly string[], rfc: number, section: string): boolean {
  const escaped = section.replaceAll('.', '\\.');
  const pattern = new RegExp(`RFC ${rfc}(?:(?!RFC).)*?§${escaped}(?![\\d]|\\.\\d)`);
  return titles.some((title) => pattern.test(title));
}
