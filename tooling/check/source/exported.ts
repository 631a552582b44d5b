import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-file.ts';

/** A declaration that an entry point exports. */
export interface ExportedDeclaration {
  readonly file: SourceFile;
  /** As it is called where it is declared. */
  readonly name: string;
  readonly node: ts.Node;
}

/**
 * The functions, classes, interfaces, types and constants that a file exports, its own and those of other files of the
 * package that it passes on.
 *
 * @param file - E.g. an entry point.
 * @param files - The files of the package, by path.
 */
export function exportedDeclarations(
  file: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
): ExportedDeclaration[] {
  return [...exportsOf(file, files).values()].filter((one) => one !== undefined);
}

function exportsOf(
  file: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
): Map<string, ExportedDeclaration | undefined> {
  const found = new Map<string, ExportedDeclaration | undefined>();
  const own = declarationsOf(file);
  for (const statement of file.tree.statements) {
    for (const [name, node] of declared(statement)) {
      // Of an overloaded function the first signature is the one that is documented.
      if (isExported(statement) && !found.has(name)) found.set(name, { file, name, node });
    }
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    const target =
      moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
    const from = files.get(posix.join(posix.dirname(file.path), target));
    const there =
      moduleSpecifier === undefined ? own : from === undefined ? undefined : exportsOf(from, files);
    if (exportClause === undefined) {
      for (const [name, one] of there ?? []) found.set(name, one);
    } else if (ts.isNamedExports(exportClause)) {
      for (const { name, propertyName } of exportClause.elements) {
        found.set(name.text, there?.get((propertyName ?? name).text));
      }
    }
  }
  return found;
}

function declarationsOf(file: SourceFile): Map<string, ExportedDeclaration> {
  const found = new Map<string, ExportedDeclaration>();
  for (const statement of file.tree.statements) {
    for (const [name, node] of declared(statement)) {
      if (!found.has(name)) found.set(name, { file, name, node });
    }
  }
  return found;
}

function declared(statement: ts.Statement): (readonly [string, ts.Node])[] {
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return statement.name === undefined ? [] : [[statement.name.text, statement]];
  }
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [[name.text, statement] as const] : [],
  );
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}
