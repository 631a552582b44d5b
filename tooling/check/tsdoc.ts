import ts from 'typescript';
import type { Problem } from './problem.ts';
import { docCommentsOf } from './source/doc-comment.ts';
import { readSources, type SourceFile } from './source/source-file.ts';

/** The tags that the sources use; another word for one of them would be a second dialect. */
const tags: ReadonlySet<string> = new Set([
  'param',
  'typeParam',
  'returns',
  'throws',
  'see',
  'example',
  'remarks',
  'defaultValue',
  'deprecated',
  'internal',
]);

/**
 * One dialect of TSDoc in `src` of packages and apps: `@param name - text` for a parameter that exists, no types in
 * braces, known tags only, and a text behind each. That exports have a summary is what `check api` says.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 */
export function checkTsdoc(root: string, sources = readSources(root)): Problem[] {
  const shipped = sources.filter(
    ({ home, path, room }) => room !== undefined && path.startsWith(`${home}/src/`),
  );
  return shipped.flatMap(checkDialect);
}

function checkDialect(file: SourceFile): Problem[] {
  const problems: Problem[] = [];
  for (const comment of docCommentsOf(file)) {
    for (const { tag, text, line } of comment.tags) {
      const message = judgeTag(tag, text, comment.node);
      if (message !== undefined) problems.push({ file: file.path, line, message: `tsdoc: ${message}` });
    }
  }
  return problems;
}

function judgeTag(tag: string, text: string, node: ts.Node): string | undefined {
  if (!tags.has(tag)) return `@${tag} is not one of ${[...tags].map((known) => `@${known}`).join(', ')}`;
  if (text.startsWith('{') && !text.startsWith('{@'))
    return `@${tag} has a type in braces; TypeScript has the type`;
  if (tag !== 'param' && tag !== 'typeParam') {
    return text === '' && tag !== 'internal' ? `@${tag} says nothing; write what or remove it` : undefined;
  }
  const match = /^([\w$.[\]]+) - \S/.exec(text);
  if (match === null) return `expected "@${tag} name - text", found "@${tag} ${text.slice(0, 40)}"`;
  const [name = ''] = (match[1] as string).split(/[.[]/);
  const known = tag === 'param' ? parametersOf(node) : undefined;
  if (known === undefined || known.includes(name)) return undefined;
  return `@param ${name} names no parameter; there is ${known.join(', ') || 'none'}`;
}

/** The names of the parameters of what is documented; undefined where it takes none, or one without a name. */
function parametersOf(node: ts.Node): string[] | undefined {
  const signature = signatureOf(node);
  if (signature === undefined) return undefined;
  const names = signature.parameters.map(({ name }) => name);
  // A parameter that is taken apart at once has no name of its own: the comment gives it one.
  return names.every(ts.isIdentifier) ? names.map((name) => name.text) : undefined;
}

function signatureOf(node: ts.Node | undefined): ts.SignatureDeclaration | undefined {
  if (node === undefined) return undefined;
  if (ts.isFunctionLike(node)) return node;
  if (ts.isVariableStatement(node)) return signatureOf(node.declarationList.declarations[0]?.initializer);
  if (ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) return signatureOf(node.initializer);
  if (ts.isPropertySignature(node) || ts.isTypeAliasDeclaration(node)) return signatureOf(node.type);
  return undefined;
}
