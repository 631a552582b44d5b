import ts from 'typescript';
import { isHidden } from './surface.ts';

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** Longer than this, a list of alternatives stands on lines of its own. */
const longLine = 100;

/**
 * A declaration as text: no comment, no body, no private member, and formatted in one way.
 *
 * @param node - of a file of declarations
 */
export function declarationText(node: ts.Node): string {
  const { transformed, dispose } = ts.transform(node, [withoutHidden]);
  try {
    const text = printer.printNode(ts.EmitHint.Unspecified, transformed[0] as ts.Node, node.getSourceFile());
    return text
      .replaceAll(/^(?:export )?(?:default )?(?:declare )?/gm, (words, at: number) => (at === 0 ? '' : words))
      .split('\n')
      .map(broken)
      .join('\n');
  } finally {
    dispose();
  }
}

/** A long union on a line each, so that a change of one alternative is a change of one line. */
function broken(line: string): string {
  if (line.length <= longLine || !/^(?:type|const) /.test(line)) return line;
  return line.replaceAll(/ \| (?=["'\w])/g, '\n    | ');
}

const withoutHidden: ts.TransformerFactory<ts.Node> = (context) => (root) => {
  const visit = (node: ts.Node): ts.Node | undefined =>
    isHidden(node) ? undefined : ts.visitEachChild(node, visit, context);
  return ts.visitEachChild(root, visit, context);
};
