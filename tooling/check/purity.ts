import { builtinModules } from 'node:module';
import ts from 'typescript';
import { floorOf, impure, pureFloors } from './house.ts';
import type { Problem } from './problem.ts';
import { globalReferences } from './source/global-references.ts';
import { importsOf } from './source/imports.ts';
import { lineOf, readSources, type SourceFile } from './source/source-file.ts';

/** Built-in modules that neither touch the world nor keep time. */
const pureModules = new Set([
  'assert',
  'assert/strict',
  'buffer',
  'crypto',
  'string_decoder',
  'url',
  'util',
  'util/types',
]);

/** What node:crypto offers that only computes: the same input gives the same output, at once. */
const pureCrypto = new Set([
  'constants',
  'createCipheriv',
  'createDecipheriv',
  'createHash',
  'createHmac',
  'createPublicKey',
  'createVerify',
  'hash',
  'hkdfSync',
  'KeyObject',
  'timingSafeEqual',
  'verify',
  'X509Certificate',
]);

/** Globals that are the world: time, chance, timers, network, process, terminal. */
const worldly = new Map<string, string>([
  ['performance', 'the clock'],
  ['setTimeout', 'a timer'],
  ['setInterval', 'a timer'],
  ['setImmediate', 'a timer'],
  ['clearTimeout', 'a timer'],
  ['clearInterval', 'a timer'],
  ['clearImmediate', 'a timer'],
  ['crypto', 'randomness'],
  ['fetch', 'the network'],
  ['WebSocket', 'the network'],
  ['EventSource', 'the network'],
  ['process', 'the process'],
  ['console', 'the terminal'],
  ['global', 'every global'],
  ['globalThis', 'every global'],
  ['eval', 'code nobody can check'],
  ['Function', 'code nobody can check'],
  ['require', 'code nobody can check'],
]);

/**
 * The purity rule: on the pure floors there is no network, file, clock, timer or randomness; they are arguments.
 *
 * @param root Absolute path of the repository.
 * @param sources What was read of it, where it was read already.
 */
export function checkPurity(root: string, sources = readSources(root)): Problem[] {
  return sources
    .filter((file) => isPure(file))
    .flatMap((file) => [...checkModules(file), ...checkGlobals(file)]);
}

function isPure(file: SourceFile): boolean {
  if (file.room === undefined || file.test || !file.path.startsWith(`${file.home}/src/`)) return false;
  const floor = floorOf(file.room);
  if (floor === undefined || !pureFloors.includes(floor)) return false;
  return !impure.some(({ path }) => (path.endsWith('/') ? file.path.startsWith(path) : file.path === path));
}

function checkModules(file: SourceFile): Problem[] {
  const problems: Problem[] = [];
  for (const named of importsOf(file)) {
    const at = { file: file.path, line: named.line };
    if (named.specifier === '') {
      problems.push({ ...at, message: 'imports a module whose name is computed; name it' });
      continue;
    }
    const builtin = named.specifier.replace(/^node:/, '');
    if (!builtinModules.includes(builtin) && !named.specifier.startsWith('node:')) continue;
    if (!pureModules.has(builtin)) {
      problems.push({
        ...at,
        message: `imports ${named.specifier}; this floor is pure, take what it gives as argument`,
      });
    } else if (builtin === 'crypto' && !named.typeOnly) {
      for (const name of impureCryptoNames(named.node)) {
        const message = `takes ${name} from node:crypto; randomness, keys and signing are arguments here`;
        problems.push({ ...at, message });
      }
    }
  }
  return problems;
}

/** The names of node:crypto that a declaration brings in and that do more than compute. */
function impureCryptoNames(node: ts.Node): string[] {
  if (ts.isImportDeclaration(node)) {
    const bindings = node.importClause?.namedBindings;
    if (node.importClause?.name !== undefined) return ['everything (default import)'];
    if (bindings === undefined || ts.isNamespaceImport(bindings)) return ['everything (namespace import)'];
    return bindings.elements
      .filter((element) => !element.isTypeOnly)
      .map((element) => (element.propertyName ?? element.name).text)
      .filter((name) => !pureCrypto.has(name));
  }
  if (
    ts.isExportDeclaration(node) &&
    node.exportClause !== undefined &&
    ts.isNamedExports(node.exportClause)
  ) {
    return node.exportClause.elements
      .map((element) => (element.propertyName ?? element.name).text)
      .filter((name) => !pureCrypto.has(name));
  }
  return ['everything'];
}

function checkGlobals(file: SourceFile): Problem[] {
  const problems: Problem[] = [];
  for (const reference of globalReferences(file)) {
    const message = judgeGlobal(reference);
    if (message === undefined) continue;
    const line = lineOf(file, reference);
    problems.push({ file: file.path, line, message });
  }
  return problems;
}

function judgeGlobal(reference: ts.Identifier): string | undefined {
  const name = reference.text;
  const world = worldly.get(name);
  if (world !== undefined) return `uses ${name} (${world}); this floor is pure, take it as argument`;
  if (name === 'Date' && !isFixedDate(reference)) return 'reads the clock through Date; time is an argument';
  if (name === 'Math' && !isSafeMember(reference, (member) => member !== 'random')) {
    return 'uses Math.random, or Math as a value; randomness is an argument';
  }
  if (name === 'Atomics' && !isSafeMember(reference, (member) => !member.startsWith('wait'))) {
    return 'waits with Atomics; this floor does not wait';
  }
  if (name === 'AbortSignal' && !isSafeMember(reference, (member) => member !== 'timeout')) {
    return 'uses AbortSignal.timeout, a timer; take the signal as argument';
  }
  return undefined;
}

/** `new Date(value)`, `Date.UTC(…)`, `Date.parse(…)` and `instanceof Date` compute; everything else may read a clock. */
function isFixedDate(reference: ts.Identifier): boolean {
  const { parent } = reference;
  if (ts.isNewExpression(parent) && parent.expression === reference) {
    const [first] = parent.arguments ?? [];
    return first !== undefined && !ts.isSpreadElement(first);
  }
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
  return isSafeMember(reference, (member) => member === 'UTC' || member === 'parse');
}

function isSafeMember(reference: ts.Identifier, safe: (member: string) => boolean): boolean {
  const { parent } = reference;
  return ts.isPropertyAccessExpression(parent) && parent.expression === reference && safe(parent.name.text);
}
