import { readFileSync } from 'node:fs';
import { refusalReasons } from '@entente/sip-proxy';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);

/** Runs an example as it stands: types go, imports become dynamic, everything else is left alone. */
async function run(example: string): Promise<string[]> {
  const printed: string[] = [];
  const { outputText } = ts.transpileModule(example, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const script = outputText.replace(/^import (\{[^}]*\}) from '([^']+)';$/gm, "const $1 = await load('$2');");
  const body = new Function('load', 'console', `return (async () => {${script}})();`);
  const modules: Record<string, () => Promise<unknown>> = {
    '@entente/sip': () => import('@entente/sip'),
    '@entente/sip-proxy': () => import('@entente/sip-proxy'),
    '@entente/sip-proxy/locations': () => import('@entente/sip-proxy/locations'),
    '@entente/sip-proxy/locations/compliance': () => import('@entente/sip-proxy/locations/compliance'),
  };
  await body((name: string) => modules[name]!(), {
    log: (...words: unknown[]) => printed.push(words.join(' ')),
  });
  return printed;
}

describe('README', () => {
  it('starts with ten lines that do what their last comment says', async () => {
    const [first] = examples;
    expect(first!.split('\n').length).toBeLessThanOrEqual(11);
    expect(await run(first!)).toEqual(['403 identity-not-authorised']);
  });

  it('has further examples that run', async () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples.slice(1)) await run(example);
  });

  it('lists every reason there is, and no other', () => {
    const listed = [...readme.matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]);
    expect(listed).toEqual([...refusalReasons]);
  });
});
