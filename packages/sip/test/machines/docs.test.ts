import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/machines.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^## (.*)\n[\s\S]*?```ts\n([\s\S]*?)```/gm)].map(([, title, code]) => ({
  title: title!,
  code: code!,
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

describe('docs/machines.md', () => {
  it('has an example in each section', () => {
    expect(examples.map((example) => example.title)).toEqual(
      [...page.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
    );
  });

  for (const { title, code } of examples) {
    it(`prints what its comments say: ${title}`, async () => {
      const expected = [...code.matchAll(/(?:^|; )\/\/ (.*)$/gm)].map((match) => match[1]);
      expect(expected.length).toBeGreaterThan(0);
      expect(await run(code)).toEqual(expected);
    });
  }
});
