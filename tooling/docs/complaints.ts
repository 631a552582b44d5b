import ts from 'typescript';
import { root } from './repository-text.ts';

/** What a type checker says of JavaScript that is wrong as it stands: no such module, no such export, no such property. */
const wrongInJavaScript: ReadonlySet<number> = new Set([2304, 2305, 2307, 2339, 2552, 2614, 2724]);

/** As strict as the projects that a page is copied into. */
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@entente/source'],
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  types: ['node'],
};

/**
 * What a strict compiler says of programs that texts show.
 * @param files - path, in a package that has what the program imports, and code; a path that ends in `-js.mts` is one of JavaScript. No such
 * file is written
 * @returns place and sentence of each complaint
 */
export function complaintsAbout(files: ReadonlyMap<string, string>): readonly string[] {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.getCurrentDirectory = () => root;
  host.fileExists = (file) => files.has(file) || fileExists.call(host, file);
  host.readFile = (file) => files.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, language, ...more) => {
    const code = files.get(file);
    return code === undefined
      ? getSourceFile.call(host, file, language, ...more)
      : ts.createSourceFile(file, code, language, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = program
      .getSemanticDiagnostics(source)
      .filter(({ code }) => !file.endsWith('-js.mts') || wrongInJavaScript.has(code));
    return [...program.getSyntacticDiagnostics(source), ...found].map(
      ({ messageText, start = 0 }) =>
        `${file.slice(root.length)}:${source?.getLineAndCharacterOfPosition(start).line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}
