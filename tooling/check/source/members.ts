import ts from 'typescript';

/** A member that users of a type can name. */
export interface DeclaredMember {
  readonly name: string;
  readonly node: ts.Node;
}

/**
 * The public members of an interface, a class or an object type, each once. Those with a computed name, such as `[Symbol.asyncDispose]`, mean the same
 * everywhere and are left out; so is what overrides a member of another class, which says it, and `_read` and the like, which Node calls.
 *
 * @param node - What is exported.
 */
export function membersOf(node: ts.Node): DeclaredMember[] {
  const found = new Map<string, ts.Node>();
  for (const member of elementsOf(node)) {
    const name = member.name;
    if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name))) continue;
    if (name.text.startsWith('_') || isHidden(member)) continue;
    // Of an overloaded method, or a getter and its setter, the first is the one that is documented.
    if (!found.has(name.text)) found.set(name.text, member);
  }
  return [...found].map(([name, member]) => ({ name, node: member }));
}

/**
 * The names of the interfaces that a class says it implements.
 *
 * @param node - What is exported.
 */
export function interfacesOf(node: ts.Node): ReadonlySet<string> {
  const clauses = ts.isClassDeclaration(node) ? (node.heritageClauses ?? []) : [];
  return new Set(
    clauses
      .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap(({ types }) => types.map(({ expression }) => expression.getText())),
  );
}

function elementsOf(node: ts.Node): readonly (ts.TypeElement | ts.ClassElement)[] {
  if (ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) return node.members;
  if (ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)) return node.type.members;
  return [];
}

const hiding: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.PrivateKeyword,
  ts.SyntaxKind.ProtectedKeyword,
  ts.SyntaxKind.OverrideKeyword,
]);

function isHidden(member: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  return modifiers.some(({ kind }) => hiding.has(kind));
}
