import { posix } from 'node:path';
import ts from 'typescript';
import type { Declarations } from './declarations.ts';
import type { EntryPoint } from './entry-points.ts';

/** What a name stands for: something that a file declares. */
export interface Declared {
  /** Path of the source. */
  readonly file: string;
  /** As it is called in that file. */
  readonly name: string;
  /** All of it: the overloads of a function, the parts of an interface, a type and a constant of one name. */
  readonly nodes: readonly ts.Node[];
}

/** Something that another package declares, one that is not ours. */
export interface Foreign {
  readonly module: string;
  readonly name: string;
}

/** What a name stands for in a file. */
export type Meaning = Declared | Foreign;

/** Says what the names in the declarations stand for, across files and packages. */
export class Modules {
  readonly #declarations: Declarations;
  readonly #entries: ReadonlyMap<string, string>;
  readonly #exports = new Map<string, ReadonlyMap<string, Meaning>>();
  readonly #locals = new Map<string, ReadonlyMap<string, readonly ts.Node[]>>();

  /**
   * @param declarations - of all files
   * @param entries - what each package name leads to
   */
  constructor(declarations: Declarations, entries: readonly EntryPoint[]) {
    this.#declarations = declarations;
    this.#entries = new Map(entries.map(({ specifier, source }) => [specifier, source]));
  }

  /**
   * What a file exports, by name.
   *
   * @param file - path of the source, e.g. of an entry point
   */
  exportsOf(file: string): ReadonlyMap<string, Meaning> {
    const known = this.#exports.get(file);
    if (known !== undefined) return known;
    const found = new Map<string, Meaning>();
    this.#exports.set(file, found);
    for (const [name, nodes] of this.#localsOf(file))
      if (nodes.some(isExported)) found.set(name, { file, name, nodes });
    for (const statement of this.#statements(file)) {
      if (!ts.isExportDeclaration(statement)) continue;
      for (const [name, meaning] of this.#passedOn(file, statement)) found.set(name, meaning);
    }
    return found;
  }

  /**
   * What a name stands for inside a file: its own declaration, or what it imports; undefined for a global.
   *
   * @param file - path of the source
   * @param name - as it is written there
   */
  resolve(file: string, name: string): Meaning | undefined {
    const nodes = this.#localsOf(file).get(name);
    if (nodes !== undefined) return { file, name, nodes };
    for (const statement of this.#statements(file)) {
      if (!ts.isImportDeclaration(statement)) continue;
      const imported = importedAs(statement, name);
      if (imported !== undefined) return this.#fromModule(file, specifierOf(statement), imported);
    }
    return undefined;
  }

  /** What a module exports under a name; foreign where the module is not ours. */
  #fromModule(file: string, specifier: string, name: string): Meaning | undefined {
    const target = this.#fileOf(file, specifier);
    return target === undefined ? { module: specifier, name } : this.exportsOf(target).get(name);
  }

  *#passedOn(file: string, statement: ts.ExportDeclaration): Generator<readonly [string, Meaning]> {
    const { exportClause } = statement;
    const specifier = statement.moduleSpecifier === undefined ? undefined : specifierOf(statement);
    if (exportClause === undefined) {
      const target = specifier === undefined ? undefined : this.#fileOf(file, specifier);
      if (target !== undefined) yield* this.exportsOf(target);
      return;
    }
    if (!ts.isNamedExports(exportClause)) return;
    for (const { name, propertyName } of exportClause.elements) {
      const own = (propertyName ?? name).text;
      const meaning =
        specifier === undefined ? this.resolve(file, own) : this.#fromModule(file, specifier, own);
      if (meaning !== undefined) yield [name.text, meaning];
    }
  }

  #fileOf(file: string, specifier: string): string | undefined {
    if (!specifier.startsWith('.')) return this.#entries.get(specifier);
    const path = posix.join(posix.dirname(file), specifier);
    return this.#declarations.has(path) ? path : undefined;
  }

  #statements(file: string): readonly ts.Statement[] {
    return this.#declarations.get(file)?.statements ?? [];
  }

  #localsOf(file: string): ReadonlyMap<string, readonly ts.Node[]> {
    const known = this.#locals.get(file);
    if (known !== undefined) return known;
    const found = new Map<string, ts.Node[]>();
    for (const statement of this.#statements(file))
      for (const name of namesOf(statement)) found.set(name, [...(found.get(name) ?? []), statement]);
    this.#locals.set(file, found);
    return found;
  }
}

/** The names that a statement declares. */
export function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    );
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
    return statement.name === undefined ? [] : [statement.name.text];
  return [];
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration | ts.ExportDeclaration): string {
  return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}

/** Under which name a module exports what an import calls by another one; undefined where it does not import it. */
function importedAs({ importClause }: ts.ImportDeclaration, name: string): string | undefined {
  if (importClause === undefined) return undefined;
  if (importClause.name?.text === name) return 'default';
  const { namedBindings } = importClause;
  if (namedBindings === undefined) return undefined;
  if (ts.isNamespaceImport(namedBindings)) return namedBindings.name.text === name ? '*' : undefined;
  const element = namedBindings.elements.find((one) => one.name.text === name);
  return element === undefined ? undefined : (element.propertyName ?? element.name).text;
}
