import { posix } from 'node:path';
import ts from 'typescript';
import type { Problem } from './problem.ts';
import { docCommentOf, docCommentsOf, isSummarised } from './source/doc-comment.ts';
import { exportedDeclarations } from './source/exported.ts';
import { interfacesOf, membersOf, membersOfInterfaces } from './source/members.ts';
import { readRooms, readSources, type SourceFile, sourceOf } from './source/source-file.ts';

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
 * braces, known tags only, and a text behind each; and every declaration that an entry point exports has a summary, and
 * something is said of each of its members.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 */
export function checkTsdoc(root: string, sources = readSources(root)): Problem[] {
  const shipped = sources.filter(
    ({ home, path, room }) => room !== undefined && path.startsWith(`${home}/src/`),
  );
  return [...shipped.flatMap(checkDialect), ...checkSummaries(root, shipped)];
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

/** A summary is what an editor shows first of something imported, or of a member that is about to be written. */
function checkSummaries(root: string, shipped: readonly SourceFile[]): Problem[] {
  const problems: Problem[] = [];
  const byPath = new Map(shipped.map((file) => [file.path, file]));
  for (const { home, manifest } of readRooms(root)) {
    for (const target of Object.values(manifest.exports ?? {})) {
      const source = sourceOf(target);
      const entry = source === undefined ? undefined : byPath.get(posix.join(home, source));
      if (entry === undefined) continue;
      for (const { file, name, node } of exportedDeclarations(entry, byPath)) {
        const say = (of: ts.Node, message: string): void => {
          const line = file.tree.getLineAndCharacterOfPosition(of.getStart(file.tree)).line + 1;
          problems.push({ file: file.path, line, message: `tsdoc: ${message}` });
        };
        if (!isSummarised(node)) say(node, `${name} is exported by ${entry.path} and has no summary`);
        const promised = membersOfInterfaces(interfacesOf(node), shipped);
        for (const member of membersOf(node)) {
          if (promised.has(member.name) || docCommentOf(member.node) !== undefined) continue;
          say(
            member.node,
            `${name}.${member.name} is of a type that ${entry.path} exports, and nothing is said of it`,
          );
        }
      }
    }
  }
  return problems.filter(
    (problem, index) =>
      problems.findIndex((other) => other.file === problem.file && other.line === problem.line) === index,
  );
}
