import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as sip from '@entente/sip';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const blocksOf = (page: string): string[] =>
  [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
const pages = readdirSync(new URL('../docs', import.meta.url)).map((name) => ({
  name,
  text: read(`../docs/${name}`),
}));

const modules: Readonly<Record<string, () => Promise<unknown>>> = {
  '@entente/sip': () => import('@entente/sip'),
  'node:crypto': () => import('node:crypto'),
};

/** Runs an example as it stands: types go, imports become dynamic, everything else is left alone. */
async function run(code: string): Promise<string[]> {
  const printed: string[] = [];
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const script = outputText.replace(/^import (\{[^}]*\}) from '([^']+)';$/gm, "const $1 = await load('$2');");
  const body = new Function('load', 'console', `return (async () => {${script}})();`);
  await body((name: string) => modules[name]!(), {
    log: (...words: unknown[]) => printed.push(words.join(' ')),
  });
  return printed;
}

describe.each(pages)('docs/$name', ({ text }) => {
  const examples = [...text.matchAll(/^## (.*)\n[\s\S]*?```ts\n([\s\S]*?)```/gm)].map(([, title, code]) => ({
    title: title!,
    code: code!,
  }));

  it('has one example in each section, and none beside', () => {
    const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles.length).toBeGreaterThan(0);
    expect(examples.map(({ title }) => title)).toEqual(titles);
    expect(examples.map(({ code }) => code)).toEqual(blocksOf(text));
  });

  it.each(examples)('prints what its comments say: $title', async ({ code }) => {
    const expected = [...code.matchAll(/(?:^|; )\/\/ (.*)$/gm)].map((match) => match[1]);
    expect(expected.length).toBeGreaterThan(0);
    expect(await run(code)).toEqual(expected);
  });
});

/** What the compiler says of programs beside this test, as strict as a user may be. */
function complaints(programs: readonly string[]): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    customConditions: ['@entente/source'],
    allowImportingTsExtensions: true,
    types: ['node'],
    skipLibCheck: true,
  };
  const files = new Map(
    programs.map((code, i) => [fileURLToPath(new URL(`./example-${i}.ts`, import.meta.url)), code]),
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target, ...rest) => {
    const code = files.get(name);
    return code === undefined
      ? getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, code, target);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName.split('/').at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

/** The names of which no program imports one from the package and then does something with it. */
function withoutExample(names: readonly string[], programs: readonly string[]): string[] {
  const used = new Set<string>();
  for (const program of programs) {
    const imports = /import \{([^}]*)\} from '@entente\/sip';/g;
    const rest = program.replace(imports, '');
    for (const [, list] of program.matchAll(imports)) {
      for (const name of list!.split(',').map((one) => one.trim())) {
        if (new RegExp(`\\b${name}\\b`).test(rest)) used.add(name);
      }
    }
  }
  return names.filter((name) => !used.has(name));
}

describe('every class and function of the package', () => {
  // All of these run: the pages above, README and guide in examples.test.ts.
  const guide = blocksOf(read('../../../docs/guides/sip-in-ten-minutes.md')).join('\n');
  const programs = [...pages.flatMap(({ text }) => blocksOf(text)), ...blocksOf(read('../README.md')), guide];
  const names = Object.keys(sip);

  it('is used in examples that a strict compiler takes, and it would not take a wrong one', () => {
    const wrong = "import { parseUri } from '@entente/sip';\nparseUri(1);";
    expect(complaints([...programs, wrong])).toEqual([
      `example-${programs.length}.ts: Argument of type 'number' is not assignable to parameter of type 'string'.`,
    ]);
  });

  it('has an example that runs', () => {
    expect(names.length).toBeGreaterThan(100);
    expect(withoutExample(names, programs)).toEqual([]);
  });

  it('is looked for: a name that is only imported, only mentioned, or nowhere at all is missed', () => {
    const program = "import { Via, CSeq } from '@entente/sip';\nnew CSeq(1, 'A'); // see Reason";
    expect(withoutExample(['Via', 'CSeq', 'Reason', 'Dialog'], [program])).toEqual([
      'Via',
      'Reason',
      'Dialog',
    ]);
  });
});
