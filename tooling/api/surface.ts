import ts from 'typescript';
import type { EntryPoint } from './entry-points.ts';
import type { Declared, Foreign, Modules } from './modules.ts';

/** One export of an entry point. */
export interface Exported extends Declared {
  /** As it is imported. */
  readonly as: string;
}

/** What an entry point shows to those who import it. */
export interface Surface {
  readonly entry: EntryPoint;
  /** By name. */
  readonly exports: readonly Exported[];
  /** What it passes on from packages of others, by name. */
  readonly foreign: readonly (Foreign & { readonly as: string })[];
  /** Declarations of the package that the exports name and that no entry point exports: by name. */
  readonly inner: readonly Declared[];
}

/**
 * What each entry point shows.
 *
 * @param entries - of all packages
 * @param modules - what the names in their declarations stand for
 */
export function surfacesOf(entries: readonly EntryPoint[], modules: Modules): Surface[] {
  const exported = new Set<string>();
  for (const { source } of entries)
    for (const meaning of modules.exportsOf(source).values())
      if ('file' in meaning) exported.add(keyOf(meaning));
  return entries.map((entry) => {
    const exports: Exported[] = [];
    const foreign: (Foreign & { as: string })[] = [];
    for (const [as, meaning] of [...modules.exportsOf(entry.source)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if ('file' in meaning) exports.push({ ...meaning, as });
      else foreign.push({ ...meaning, as });
    }
    return { entry, exports, foreign, inner: innerOf(exports, exported, modules) };
  });
}

/** What declares the same thing, wherever it is named. */
export function keyOf({ file, name }: Declared): string {
  return `${file}#${name}`;
}

function innerOf(exports: readonly Exported[], exported: ReadonlySet<string>, modules: Modules): Declared[] {
  const found = new Map<string, Declared>();
  const open: Declared[] = [...exports];
  for (const declared of open) {
    for (const name of namesIn(declared)) {
      const meaning = modules.resolve(declared.file, name);
      if (meaning === undefined || !('file' in meaning)) continue;
      const key = keyOf(meaning);
      if (exported.has(key) || found.has(key)) continue;
      found.set(key, meaning);
      open.push(meaning);
    }
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.file}` < `${b.name} ${b.file}` ? -1 : 1));
}

/** The names that a declaration uses, once each, in the order of their places; the names of its own parts are none. */
export function namesIn({ nodes }: Declared): readonly string[] {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (isHidden(node)) return;
    if (ts.isTypeReferenceNode(node)) names.add(firstOf(node.typeName));
    else if (ts.isTypeQueryNode(node)) names.add(firstOf(node.exprName));
    else if (ts.isExpressionWithTypeArguments(node) && ts.isIdentifier(node.expression))
      names.add(node.expression.text);
    else if (ts.isComputedPropertyName(node) && ts.isIdentifier(node.expression))
      names.add(node.expression.text);
    ts.forEachChild(node, visit);
  };
  for (const node of nodes) visit(node);
  return [...names];
}

function firstOf(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : firstOf(name.left);
}

/** Whether a member of a class is of no concern to others: private, or marked as internal. */
export function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node) && !ts.isTypeElement(node)) return false;
  if (node.name !== undefined && ts.isPrivateIdentifier(node.name)) return true;
  if (ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')) return true;
  const isPrivate =
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true;
  // A class with a private constructor cannot be constructed by others: they see that.
  return isPrivate && !ts.isConstructorDeclaration(node);
}
