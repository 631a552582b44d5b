import ts from 'typescript';
import { lineOf, type SourceFile } from './source-file.ts';

/** One module that a file names. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: `import type`, `export type`, a type-only `import('…')`. */
  readonly typeOnly: boolean;
  /** `export … from`. */
  readonly reexport: boolean;
  readonly node: ts.Node;
}

/** Several checks look at the same files. */
const read = new WeakMap<SourceFile, Import[]>();

/**
 * Every way TypeScript can name another module: import and export declarations, `import()` as call and as type,
 * `import x = require()`, `require()` and `import.meta.resolve()`. A module name that is computed is reported as the
 * empty specifier, for nobody can check it.
 */
export function importsOf(file: SourceFile): readonly Import[] {
  const known = read.get(file);
  if (known !== undefined) return known;
  const found: Import[] = [];
  read.set(file, found);
  const add = (node: ts.Node, name: ts.Node | undefined, typeOnly: boolean, reexport = false): void => {
    const specifier = name !== undefined && ts.isStringLiteralLike(name) ? name.text : '';
    found.push({ specifier, line: lineOf(file, node), typeOnly, reexport, node });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, isTypeOnlyImport(node.importClause));
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, isTypeOnlyExport(node), true);
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node, node.moduleReference.expression, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node)) {
      const { argument } = node;
      add(node, ts.isLiteralTypeNode(argument) ? argument.literal : undefined, true);
    } else if (ts.isCallExpression(node) && namesModule(node.expression)) {
      add(node, node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return found;
}

function namesModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const { expression, name } = callee;
  if (name.text === 'getBuiltinModule') return true;
  return name.text === 'resolve' && (ts.isMetaProperty(expression) || isRequire(expression));
}

function isRequire(expression: ts.Expression): boolean {
  return ts.isIdentifier(expression) && expression.text === 'require';
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  if (clause.name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings))
    return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

function isTypeOnlyExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const clause = node.exportClause;
  if (clause === undefined || !ts.isNamedExports(clause)) return false;
  return clause.elements.length > 0 && clause.elements.every((element) => element.isTypeOnly);
}
