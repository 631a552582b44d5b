import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { walk } from '../check/source/source-file.ts';
import { runCommand } from '../runner/command.ts';

/** The compiler that builds the packages: it writes the declarations of all of them within seconds. */
const compiler = fileURLToPath(new URL('../../node_modules/typescript-native/bin/tsc', import.meta.url));

/** The declarations of every source file, with their comments, by the path of the source below the root. */
export type Declarations = ReadonlyMap<string, ts.SourceFile>;

/**
 * Lets the compiler write the declarations of all packages and apps, as they are published: types that a source leaves to
 * inference are written out.
 *
 * @param root - absolute path of the repository
 * @throws Error with what the compiler says, where it cannot
 */
export async function emitDeclarations(root: string): Promise<Declarations> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-declarations-'));
  try {
    const settings = join(folder, 'tsconfig.json');
    const out = join(folder, 'out');
    await writeFile(settings, JSON.stringify(tsconfig(root, out)));
    const end = await runCommand(process.execPath, [compiler, '-p', settings, '--pretty', 'false'], {
      cwd: root,
    });
    if (end.status !== 0) throw new Error(`the compiler refuses: ${(end.stdout + end.stderr).trim()}`);
    const files = new Map<string, ts.SourceFile>();
    for (const path of walk(out)) {
      const source = path.replace(/\.d\.(m?)ts$/, '.$1ts');
      const text = await readFile(join(out, path), 'utf8');
      files.set(source, ts.createSourceFile(source, text, ts.ScriptTarget.ES2022, true));
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tsconfig(root: string, outDir: string): unknown {
  const base = join(root, 'tsconfig.base.json');
  const types = join(root, 'node_modules/@types');
  const tops = ['packages', 'apps'].map((top) => join(root, top));
  return {
    ...(existsSync(base) ? { extends: base } : {}),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      // Whether the types are right is what `pnpm check types` says.
      noCheck: true,
      allowImportingTsExtensions: true,
      module: 'NodeNext',
      target: 'ES2022',
      customConditions: ['@entente/source'],
      rootDir: root,
      outDir,
      typeRoots: [types],
      types: existsSync(join(types, 'node')) ? ['node'] : [],
    },
    include: tops.map((top) => `${top}/*/src`),
    exclude: tops.flatMap((top) => [`${top}/*/src/**/*.test.ts`, `${top}/**/node_modules`]),
  };
}
